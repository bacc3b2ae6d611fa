//! The sample workbook of a new pack: the blank workbook, filled with the plan's sample records.

use super::plan::Plan;
use crate::blank::{self, Entry, Prefill, Stamp};
use crate::pack::Pack;
use crate::value::Raw;

/// The workbook; a sample value that its field does not take is left out.
pub(super) fn workbook(plan: &Plan, pack: &Pack) -> Result<Vec<u8>, blank::Error> {
    let mut prefill = Prefill::new();
    for sheet in &plan.sheets {
        let Some((_, declared)) = pack.schema.sheet(&sheet.id) else {
            continue;
        };
        for record in &sheet.samples {
            let mut entry = Entry::new();
            for (field, text) in sheet.fields.iter().zip(record) {
                let (Some(text), Some((_, declared))) = (text, declared.field(&field.id)) else {
                    continue;
                };
                let value = declared.read(&Raw::Text(text.as_str().into())).value;
                if let Some(value) = value.filter(|_| field.derive.is_none()) {
                    entry.insert(field.id.clone(), value);
                }
            }
            if !entry.is_empty() {
                prefill.push(&sheet.id, entry);
            }
        }
    }
    let stamp = Stamp {
        pack_id: pack.id.clone(),
        pack_version: pack.version.clone(),
        pack_name: pack.name.clone(),
        recipient: None,
    };
    blank::workbook(&pack.schema, &stamp, &prefill)
}
