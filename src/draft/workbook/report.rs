//! What was made out of a workbook, in words: sheet by sheet, then what its author should look at.

use super::Draft;
use crate::dataset::{Dataset, REASONS};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Severity, Text, column_letters, shorten};
use crate::schema::Layout;
use crate::text;
use crate::workbook::Workbook;

/// Adds the lines of a report.
pub(super) fn tell(
    drafts: &[Draft],
    workbook: &Workbook,
    dataset: &Dataset,
    findings: &Diagnostics,
    notes: &mut Vec<Text>,
) {
    for (index, draft) in drafts.iter().enumerate() {
        let Some(data) = dataset.sheets.get(index) else {
            continue;
        };
        let tab = workbook.sheets.get(draft.tab).map_or("", |sheet| sheet.name.as_str());
        let count = draft.fields.len();
        let read = data.read;
        let Text { vi, en } = others(data);
        let named = match draft.sheet.name == tab {
            true => String::new(),
            false => format!(" («{}»)", draft.sheet.name),
        };
        let (first, last) = (draft.header.0 + 1, draft.header.1 + 1);
        let rows = if first == last {
            format!("{first}")
        } else {
            format!("{first}–{last}")
        };
        notes.push(match draft.sheet.layout {
            Layout::Table => Text::new(
                format!("Trang “{tab}”{named}: bảng, tiêu đề dòng {rows}, {count} cột, đọc {read} dòng số liệu{vi}"),
                format!(
                    "Sheet “{tab}”{named}: a table, header in row {rows}, {count} columns, {read} rows of data read{en}"
                ),
            ),
            Layout::Form => Text::new(
                format!("Trang “{tab}”{named}: biểu mẫu {count} mục, đọc {read} dòng{vi}"),
                format!("Sheet “{tab}”{named}: a form of {count} entries, {read} rows read{en}"),
            ),
            Layout::List => Text::new(
                format!("Trang “{tab}”{named}: danh sách một cột, đọc {read} dòng{vi}"),
                format!("Sheet “{tab}”{named}: a list of one column, {read} rows read{en}"),
            ),
        });
        if read == 0 && !draft.sheet.required {
            notes.push(text!(
                "  “{}” không đọc lại được từ tệp này: đặt bảng ấy thành một trang riêng",
                "  “{}” can't be read from this file: give that table a sheet of its own",
                draft.sheet.name
            ));
        }
        tell_fields(draft, notes);
    }
    tell_errors(findings, notes);
}

/// What became of the other rows: `; 5 dòng trên tiêu đề, 2 dòng tổng`.
fn others(data: &crate::dataset::SheetData) -> Text {
    let mut all = Text::new("", "");
    for reason in REASONS {
        let count = data.skipped.iter().filter(|skipped| skipped.why == reason).count();
        if count == 0 {
            continue;
        }
        let (before, word) = (if all.vi.is_empty() { "; " } else { ", " }, reason.text());
        all.vi.push_str(&format!("{before}{count} {}", word.vi));
        all.en.push_str(&format!("{before}{count} {}", word.en));
    }
    all
}

fn tell_fields(draft: &Draft, notes: &mut Vec<Text>) {
    let fields = || draft.sheet.fields.iter().zip(&draft.fields);
    for (field, source) in fields() {
        let (label, ty) = (shorten(&field.label), field.ty.info().label());
        let mut tell = |what: &Text| {
            notes.push(Text::new(
                format!("  cột «{label}» ({}): {}", ty.vi, what.vi),
                format!("  column «{label}» ({}): {}", ty.en, what.en),
            ));
        };
        if source.is_nameless {
            let (letters, id) = (column_letters(source.column), &field.id);
            tell(&text!(
                "cột {letters} không có tiêu đề; gõ tiêu đề vào sổ tính, hoặc thêm --map \"cột {letters}={id}\" khi chạy",
                "column {letters} has no header; write one into the workbook, or add --map \"cột {letters}={id}\""
            ));
        }
        match source.mended.last() {
            Some(mended) => tell(mended),
            None => source.guess.doubt.iter().for_each(&mut tell),
        }
        if source.guess.personal.is_some() {
            tell(&Text::new(
                "về cá nhân, ví dụ được đặt ra chứ không lấy từ tệp",
                "about persons; its example is invented, not taken from the file",
            ));
        }
    }
    let blank: Vec<String> = fields()
        .filter(|(_, source)| source.guess.values == 0)
        .map(|(field, _)| (shorten(&field.label), field.ty.info().label()))
        .map(|(label, ty)| format!("«{label}» ({})", ty.vi))
        .collect();
    if !blank.is_empty() {
        let blank = blank.join(", ");
        notes.push(text!(
            "  không có giá trị nào nên kiểu đoán theo tiêu đề: {blank}",
            "  without any value, so that the type is guessed by the header: {blank}"
        ));
    }
}

/// What the workbook's own check still tells, by kind.
fn tell_errors(findings: &Diagnostics, notes: &mut Vec<Text>) {
    let mut kinds: Vec<(&Diagnostic, usize)> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
        let cells = finding.more.len() + 1;
        match kinds.iter_mut().find(|(first, _)| first.code == finding.code) {
            Some((_, count)) => *count += cells,
            None => kinds.push((finding, cells)),
        }
    }
    if kinds.is_empty() {
        notes.push(Text::new(
            "Đọc lại chính tệp này bằng gói mới: không có lỗi",
            "Read by the new pack, this very file has no errors",
        ));
        return;
    }
    let count: usize = kinds.iter().map(|(_, count)| count).sum();
    notes.push(text!(
        "Đọc lại chính tệp này bằng gói mới: còn {count} chỗ cần sửa trong sổ tính",
        "Read by the new pack, this very file has {count} place(s) to be mended in the workbook"
    ));
    for (first, count) in kinds {
        let (at_vi, at_en) = (first.where_text(Lang::Vi), first.where_text(Lang::En));
        let (vi, en) = (&first.message.vi, &first.message.en);
        notes.push(Text::new(
            format!("  {count} chỗ như {at_vi}: {vi}"),
            format!("  {count} place(s) like {at_en}: {en}"),
        ));
    }
}
