//! How cells of a blank workbook look: face, colours, borders, number formats. One place, so that all sheets agree.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, FormatUnderline};

use super::measure;
use crate::schema::Field;
use crate::value::Type;

/// The face of official documents (Decree 30/2020, annex I).
pub const FACE: &str = "Times New Roman";
/// Titles and links.
const NAVY: u32 = 0x1F3864;
/// Header rows.
const HEADER_FILL: u32 = 0xD9E2F3;
/// Labels of forms.
const LABEL_FILL: u32 = 0xF3F6FB;
/// Cells that are given and can't be changed.
const GIVEN_FILL: u32 = 0xE9E9E9;
/// The example row.
const EXAMPLE_FILL: u32 = 0xF7F7F7;
/// A required cell that is still blank.
const MISSING_FILL: u32 = 0xFFF2CC;
const GREY: u32 = 0x7F7F7F;
const RED: u32 = 0xC00000;
const LINE: u32 = 0x8C8C8C;

/// Tab of the instruction sheet.
pub const TAB_GUIDE: u32 = 0x548235;
/// Tab of a sheet that has to be filled.
pub const TAB_REQUIRED: u32 = 0x2F5496;
/// Tab of a sheet that is filled where there is something to tell.
pub const TAB_OPTIONAL: u32 = 0xA6A6A6;

/// The workbook's default: 12 point, so that a column's width counts digits of 8 pixels.
pub fn base() -> Format {
    Format::new()
        .set_font_name(FACE)
        .set_font_size(12)
        .set_font_family(1)
        .set_align(FormatAlign::VerticalCenter)
}

/// Row height and column width of [`base`] in pixels.
pub const BASE_ROW_PIXELS: u32 = 21;
/// See [`BASE_ROW_PIXELS`].
pub const BASE_COLUMN_PIXELS: u32 = 72;

fn boxed() -> Format {
    base().set_border(FormatBorder::Thin).set_border_color(LINE)
}

/// A sheet's title.
pub fn title() -> Format {
    base()
        .set_bold()
        .set_font_size(14)
        .set_font_color(NAVY)
        .set_align(FormatAlign::Center)
        .set_text_wrap()
}

/// The line under a title that tells what goes in.
pub fn note() -> Format {
    base()
        .set_italic()
        .set_font_color(GREY)
        .set_align(FormatAlign::Center)
        .set_text_wrap()
}

/// The line that names the unit of a whole table.
pub fn unit_line() -> Format {
    base().set_italic().set_align(FormatAlign::Right)
}

/// A cell of a header row.
pub fn header() -> Format {
    boxed()
        .set_bold()
        .set_background_color(HEADER_FILL)
        .set_align(FormatAlign::Center)
        .set_text_wrap()
}

/// The label of a form's field.
pub fn label() -> Format {
    boxed().set_bold().set_background_color(LABEL_FILL).set_text_wrap()
}

/// Text pieces of a header: the label, the star, the unit.
pub fn piece(bold: bool, italic: bool, red: bool) -> Format {
    let mut format = Format::new().set_font_name(FACE).set_font_size(12).set_font_family(1);
    if bold {
        format = format.set_bold();
    }
    if italic {
        format = format.set_italic();
    }
    if red { format.set_font_color(RED) } else { format }
}

/// The help beside a form's field.
pub fn help() -> Format {
    boxed().set_italic().set_font_color(GREY).set_text_wrap()
}

/// A cell to fill in.
pub fn entry(ty: Type, align: FormatAlign) -> Format {
    let format = aligned(numbered(boxed(), number_format(ty)), align).set_unlocked();
    if is_text(ty) { format.set_text_wrap() } else { format }
}

/// A cell that is given: read it, leave it.
pub fn given(field: &Field) -> Format {
    let format = aligned(numbered(boxed(), number_format(field.ty)), align(field)).set_background_color(GIVEN_FILL);
    if is_text(field.ty) {
        format.set_text_wrap()
    } else {
        format
    }
}

/// A key that is given: small and grey, for the program rather than for people.
pub fn given_key() -> Format {
    numbered(boxed(), "@")
        .set_font_size(9)
        .set_font_color(GREY)
        .set_background_color(GIVEN_FILL)
        .set_shrink()
}

/// A running number: centred; unlocked, so that rows with one can be pasted from elsewhere.
pub fn running(locked: bool) -> Format {
    let format = numbered(boxed(), "0").set_align(FormatAlign::Center);
    match locked {
        true => format.set_background_color(GIVEN_FILL),
        false => format.set_unlocked(),
    }
}

/// The marker of a row: `I`, `1`, `-`.
pub fn marker(locked: bool) -> Format {
    let format = numbered(boxed(), "@").set_align(FormatAlign::Center);
    match locked {
        true => format.set_background_color(GIVEN_FILL),
        false => format.set_unlocked(),
    }
}

/// A cell of the example row.
pub fn example(align: FormatAlign) -> Format {
    aligned(numbered(boxed(), "@"), align)
        .set_italic()
        .set_font_color(GREY)
        .set_background_color(EXAMPLE_FILL)
        .set_text_wrap()
}

/// The example of a key.
pub fn example_key() -> Format {
    given_key().set_italic().set_background_color(EXAMPLE_FILL)
}

/// What a conditional format lays over a required cell that is still blank.
pub fn missing() -> Format {
    Format::new().set_background_color(MISSING_FILL)
}

/// What a conditional format lays over a decimal that happens to be whole: without it `#,##0.##` shows `5,`.
pub fn whole() -> Format {
    Format::new().set_num_format("#,##0")
}

/// The heading of a part of the instruction sheet.
pub fn heading() -> Format {
    base().set_bold().set_font_size(13).set_font_color(NAVY)
}

/// Plain text of the instruction sheet.
pub fn prose() -> Format {
    base().set_text_wrap()
}

/// The big title of the instruction sheet.
pub fn cover() -> Format {
    title().set_font_size(16)
}

/// A bordered cell of the instruction sheet.
pub fn cell(align: FormatAlign) -> Format {
    boxed().set_text_wrap().set_align(align)
}

/// The name of a sheet as a link to it.
pub fn link() -> Format {
    boxed()
        .set_font_color(0x0563C1)
        .set_underline(FormatUnderline::Single)
        .set_text_wrap()
}

/// A line across the field table that starts a sheet.
pub fn group() -> Format {
    label().set_font_color(NAVY)
}

/// Samples of the legend, in its order.
pub fn legend() -> [Format; 4] {
    [
        cell(FormatAlign::Center),
        cell(FormatAlign::Center).set_background_color(MISSING_FILL),
        cell(FormatAlign::Center).set_background_color(GIVEN_FILL),
        example(FormatAlign::Center),
    ]
}

/// The legend's star.
pub fn star() -> Format {
    cell(FormatAlign::Center).set_bold().set_font_color(RED)
}

/// Excel's format code of a type. Texts are `@`, so that "- Tăng cường …" isn't taken for a formula, nor "01/2024" for a
/// date.
fn number_format(ty: Type) -> &'static str {
    match ty {
        // Dots between thousands; `whole` keeps the comma away from numbers without decimals.
        Type::Decimal => "#,##0.##",
        _ => ty.info().number_format,
    }
}

/// The same with an alignment; figures keep a little off the text in the next column.
fn aligned(format: Format, align: FormatAlign) -> Format {
    match align {
        FormatAlign::Right => format.set_align(align).set_indent(1),
        _ => format.set_align(align),
    }
}

/// The same with a number format; Excel's own ones by their number (ECMA-376 part 1, 18.8.30).
fn numbered(format: Format, code: &str) -> Format {
    match code {
        "0" => format.set_num_format_index(1),
        "#,##0" => format.set_num_format_index(3),
        "@" => format.set_num_format_index(49),
        _ => format.set_num_format(code),
    }
}

/// Choices up to this width in digits stand centred in their column, longer ones to the left.
const SHORT_CHOICE: f64 = 14.0;

/// Where a field's values stand in their column.
pub fn align(field: &Field) -> FormatAlign {
    let short = |text: &str| measure::width(text, false) <= SHORT_CHOICE;
    match field.ty {
        Type::Text | Type::LongText => FormatAlign::Left,
        Type::Integer | Type::Decimal | Type::Percent => FormatAlign::Right,
        Type::Choice if !field.choices.iter().all(|choice| short(&choice.value)) => FormatAlign::Left,
        Type::Count | Type::Date | Type::Year | Type::Choice | Type::Flag => FormatAlign::Center,
    }
}

/// Whether a type is written with letters.
pub fn is_text(ty: Type) -> bool {
    matches!(ty, Type::Text | Type::LongText | Type::Choice | Type::Flag)
}
