//! A count agrees with the number of names listed.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Check, Context, Target, breach};
use crate::dataset::Record;
use crate::dataset::findings::Findings;
use crate::diagnostic::{Severity, Text};
use crate::schema::Rule;
use crate::text;
use crate::value::Value;
use crate::vietnamese;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::CountMatches {
            sheet,
            count,
            by,
            list,
            list_by,
            required,
        }) = &check.rule
        else {
            continue;
        };
        let Some(count) = context.target(sheet, count) else {
            continue;
        };
        let by: Vec<Target> = by.iter().filter_map(|field| context.target(sheet, field)).collect();
        let list_by: Vec<Target> = list_by.iter().filter_map(|field| context.target(list, field)).collect();
        let Some(listed) = list_by.first().filter(|_| by.len() == list_by.len()) else {
            continue;
        };
        let mut counts: HashMap<String, u64> = HashMap::new();
        // Rows of one group stand together.
        let is_same = |one: &Record, other: &Record| list_by.iter().all(|by| by.value(one) == by.value(other));
        for group in listed.data.records.chunk_by(is_same) {
            let Some(first) = group.first() else { continue };
            *counts.entry(key(&list_by, first)).or_default() += group.len() as u64;
        }
        let list_name = &listed.data.name;
        for (index, record) in count.data.records.iter().enumerate() {
            let complete = by.iter().all(|target| target.value(record).is_some());
            let found = match counts.get(&key(&by, record)) {
                Some(found) => *found,
                // A row that names its list, beside lists that are filled in, should have one.
                None if complete && (*required || !counts.is_empty()) && count.value(record).is_some() => 0,
                None => continue,
            };
            // A blank count beside listed names is as wrong as another number.
            let shown = match count.value(record) {
                Some(Value::Number(shown)) => Some(*shown),
                _ => None,
            };
            if shown == Some(Decimal::from(found)) || findings.is_faulty(count.at(index)) {
                continue;
            }
            let Text { vi, en } = count.subject();
            let (shown_vi, shown_en) = match shown {
                Some(shown) => (
                    format!("ghi {}", shown.normalize()),
                    format!("says {}", shown.normalize()),
                ),
                None => ("để trống".to_owned(), "is blank".to_owned()),
            };
            let of: Vec<String> = by
                .iter()
                .filter_map(|target| Some(format!("«{}»", target.print(target.value(record)?))))
                .collect();
            let of = of.join(", ");
            let mut finding = breach(
                check,
                "so-lieu/dem",
                &count,
                count.place(record),
                text!(
                    "{vi} {shown_vi}, nhưng trang «{list_name}» có {found} dòng {of}",
                    "{en} {shown_en}, but sheet «{list_name}» has {found} rows of {of}"
                ),
                text!(
                    "sửa số này thành {found}, hoặc bổ sung danh sách",
                    "change it to {found}, or complete the list"
                ),
            );
            if found == 0 && !required {
                finding.severity = Severity::Warning;
                finding.hint = Some(text!(
                    "bổ sung danh sách, hoặc xóa mã ở dòng này nếu không kèm danh sách",
                    "complete the list, or delete the code in this row if no list goes with it"
                ));
            }
            findings.push(finding);
        }
    }
}

fn key(targets: &[Target], record: &Record) -> String {
    let mut key = String::new();
    for target in targets {
        match target.value(record) {
            Some(Value::Text(text)) => key.push_str(&vietnamese::key(text)),
            Some(value) => key.push_str(&target.print(value)),
            None => {}
        }
        key.push('\u{1f}');
    }
    key
}
