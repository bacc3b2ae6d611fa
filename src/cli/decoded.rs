//! Shows which texts of a workbook were in an old encoding.

use serde_json::json;

use super::report::Report;
use crate::diagnostic::{Lang, Text};
use crate::pipeline::DecodedCell;

/// Adds the texts that were in an old encoding, as the file holds them and as they are read.
pub(super) fn show(cells: &[DecodedCell], lang: Lang, report: &mut Report) {
    let mut members = Vec::with_capacity(cells.len());
    for decoded in cells {
        let DecodedCell {
            sheet,
            cell,
            before,
            after,
        } = decoded;
        report.text.push_str(&format!(
            "{sheet} › {cell}: {} → {}\n",
            on_one_line(before),
            on_one_line(after)
        ));
        members.push(json!({ "sheet": sheet, "cell": cell.to_string(), "before": before, "after": after }));
    }
    if cells.is_empty() {
        let none = Text::new(
            "Không ô nào ghi bằng mã chữ cũ (TCVN3, VNI)",
            "No cell is in an old encoding (TCVN3, VNI)",
        );
        report.text.push_str(&format!("{}\n", none.get(lang)));
    }
    report.json.insert("decoded".into(), json!(members));
}

/// A text without line breaks and what else a screen would obey.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
