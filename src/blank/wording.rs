//! What a blank workbook says about a field, in plain Vietnamese.

use rust_decimal::Decimal;

use crate::schema::{Field, Layout, Sheet};
use crate::value::Type;
use crate::vietnamese;

/// Longer lists are not spelt out in the table of fields.
const NAMED_CHOICES: usize = 8;
/// Limits of a text's length from here on go without saying until they are reached.
const LONG: usize = 1000;

/// Whether a blank cell is a mistake: the field is required, and nothing else is taken for it.
pub fn asked(field: &Field) -> bool {
    field.is_asked()
}

/// What goes into a field with its unit, for the table of fields: `Số nguyên (triệu đồng)`.
pub fn kind_and_unit(field: &Field) -> String {
    match &field.unit {
        Some(unit) => format!("{} ({unit})", kind(field)),
        None => kind(field),
    }
}

/// What goes into a field, for the table of fields: `Số nguyên`.
pub fn kind(field: &Field) -> String {
    match field.ty {
        Type::Text => "Chữ".to_owned(),
        Type::LongText => "Đoạn văn, có thể nhiều dòng".to_owned(),
        Type::Integer => "Số nguyên".to_owned(),
        Type::Decimal => "Số, được có phần thập phân".to_owned(),
        Type::Percent => "Tỷ lệ phần trăm".to_owned(),
        Type::Count => "Số lượng (số nguyên)".to_owned(),
        Type::Date => "Ngày/tháng/năm".to_owned(),
        Type::Year => "Năm (4 chữ số)".to_owned(),
        Type::Choice if field.choices.len() > NAMED_CHOICES => {
            format!("Chọn một trong {} mục của danh sách", field.choices.len())
        }
        Type::Choice => format!("Chọn: {}", choices(field)),
        Type::Flag => "Đánh x (có) hoặc để trống".to_owned(),
    }
}

/// The permitted values of a choice, one after the other.
pub fn choices(field: &Field) -> String {
    let values: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
    values.join("; ")
}

/// The limits of a number or text: `từ 0 đến 100`; empty without limits.
pub fn limits(field: &Field) -> String {
    let number = |number: Decimal| match field.ty {
        Type::Year => number.normalize().to_string(),
        Type::Percent => format!("{}%", vietnamese::number(number, 10)),
        _ => vietnamese::number(number, 10),
    };
    match (field.min, field.max, field.max_length) {
        (Some(min), Some(max), _) => format!("từ {} đến {}", number(min), number(max)),
        (Some(min), None, _) => format!("từ {} trở lên", number(min)),
        (None, Some(max), _) => format!("nhiều nhất {}", number(max)),
        (None, None, Some(length)) => format!("không quá {} ký tự", vietnamese::number(Decimal::from(length), 0)),
        (None, None, None) => String::new(),
    }
}

/// How to fill a field in: its own help, its pattern and limits, what a blank cell stands for.
pub fn advice(field: &Field) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(field.help.as_deref().map(sentence));
    parts.extend(field.pattern_help.as_deref().map(sentence));
    let limits = limits(field);
    if !limits.is_empty() && field.max_length.is_none_or(|length| length < LONG) {
        parts.push(sentence(&limits));
    }
    if let Some(default) = &field.default {
        parts.push(format!("Để trống thì lấy: {default}."));
    }
    if field.value.is_some() {
        parts.push("Để trống thì chương trình tự tính.".to_owned());
    }
    parts.join(" ")
}

/// A text as a sentence: a capital at the start, a stop at the end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let mut out: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => return String::new(),
    };
    if !out.ends_with(['.', '!', '?', ':', '…']) {
        out.push('.');
    }
    out
}

/// Title and text of the message that refuses a wrong entry.
pub fn refusal(field: &Field) -> (&'static str, String) {
    let limits = match limits(field) {
        limits if limits.is_empty() => limits,
        limits => format!(" {limits}"),
    };
    match field.ty {
        Type::Integer | Type::Count => (
            "Cần một số nguyên",
            format!("Ô này nhận một số nguyên{limits}. Chỉ ghi chữ số, không ghi kèm đơn vị hay chữ."),
        ),
        Type::Decimal => (
            "Cần một số",
            format!("Ô này nhận một số{limits}. Chỉ ghi chữ số và dấu thập phân, không ghi kèm đơn vị hay chữ."),
        ),
        Type::Percent => (
            "Cần một tỷ lệ phần trăm",
            format!("Ô này nhận một tỷ lệ{limits}. Ghi số, ví dụ 95,5; ô tự thêm dấu %."),
        ),
        Type::Year => ("Cần một năm", format!("Ghi năm bằng bốn chữ số{limits}, ví dụ 2025.")),
        Type::Date => (
            "Cần ngày, tháng, năm",
            "Ghi theo thứ tự ngày/tháng/năm, ví dụ 05/02/2026. Hãy kiểm tra ngày có thật trên lịch.".to_owned(),
        ),
        Type::Choice => (
            "Chọn trong danh sách",
            format!("Bấm mũi tên bên phải ô rồi chọn một trong các mục: {}.", choices(field)),
        ),
        Type::Flag => (
            "Đánh x hoặc để trống",
            "Ghi x hoặc Có nếu đúng; để trống hoặc ghi Không nếu không.".to_owned(),
        ),
        Type::Text | Type::LongText => ("Nội dung quá dài", format!("Ô này nhận chữ{limits}. Hãy viết gọn lại.")),
    }
}

/// Whether a sheet can't be left empty.
pub fn must_be_filled(sheet: &Sheet) -> bool {
    sheet.min_rows > 0 || !sheet.rows.is_empty() || sheet.layout == Layout::Form && sheet.fields.iter().any(asked)
}

/// Whether a sheet must be filled, in words.
pub fn obligation(sheet: &Sheet) -> String {
    match (must_be_filled(sheet), sheet.min_rows) {
        (true, 0 | 1) => "Bắt buộc".to_owned(),
        (true, rows) => format!("Bắt buộc, ít nhất {rows} dòng"),
        (false, _) => "Nếu có".to_owned(),
    }
}
