//! The instruction sheet: what the workbook is for, how to fill it in, what its sheets and columns are.

use rust_xlsxwriter::{Format, FormatAlign, Url, Worksheet, XlsxError};

use super::{Stamp, measure, page, style, wording};
use crate::schema::{Layout, Schema, Sheet};

/// Names of the sheet; the first that the schema doesn't use.
const NAMES: [&str; 3] = ["Hướng dẫn", "Hướng dẫn ghi", "Hướng dẫn chung"];
/// Widths in digits of the columns: number, sheet or field, kind with unit, required, how, example.
const WIDTHS: [f64; 6] = [6.0, 32.0, 30.0, 12.0, 50.0, 34.0];
const LAST: u16 = 5;

const STEPS: [&str; 7] = [
    "Mở từng trang theo bảng ở mục IV (bấm vào tên trang) và ghi vào các ô trắng. Dòng, ô không dùng đến cứ để trống.",
    "Số: chỉ ghi chữ số, không ghi kèm đơn vị tính; đơn vị đã có ở tên cột. Tỷ lệ phần trăm: ghi 95,5 (ô tự thêm dấu %).",
    "Ngày: ghi ngày/tháng/năm, ví dụ 05/02/2026.",
    "Ô có mũi tên: bấm mũi tên rồi chọn trong danh sách, không gõ cách viết khác.",
    "Xuống dòng trong một ô: bấm Alt + Enter.",
    "Không đổi tên trang, tên cột và không gộp ô. Hết dòng trống thì chèn thêm dòng vào giữa bảng. \
     Khi dán từ tệp khác, chọn “Dán giá trị” (Paste Values) để giữ định dạng của ô.",
    "Ghi xong thì lưu tệp (giữ đuôi .xlsx) và gửi lại. Tên tệp đặt thế nào cũng được.",
];

/// Writes lines one under the other.
struct Writer<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
}

impl Writer<'_> {
    /// A text across columns, in a row high enough for it.
    fn across(&mut self, from: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.sheet.merge_range(self.row, from, self.row, LAST, text, format)?;
        let width: f64 = WIDTHS.iter().skip(from.into()).sum();
        self.sheet
            .set_row_height(self.row, measure::height(measure::lines(text, width, false)))?;
        self.row += 1;
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet
            .write_string_with_format(self.row, 0, text, &style::heading())?;
        self.sheet.set_row_height(self.row, 22)?;
        self.row += 1;
        Ok(())
    }

    /// A row of a table; its height fits the fullest cell.
    fn cells(&mut self, cells: &[(&str, &Format)], bold: bool) -> Result<(), XlsxError> {
        let mut lines = 1;
        for ((column, (text, format)), width) in (0_u16..).zip(cells).zip(WIDTHS) {
            self.sheet.write_string_with_format(self.row, column, *text, format)?;
            lines = lines.max(measure::lines(text, width, bold));
        }
        self.sheet.set_row_height(self.row, measure::height(lines))?;
        self.row += 1;
        Ok(())
    }
}

/// Writes the whole sheet.
pub fn write(sheet: &mut Worksheet, schema: &Schema, stamp: &Stamp) -> Result<(), XlsxError> {
    let used = |name: &str| {
        schema
            .sheets
            .iter()
            .any(|sheet| sheet.name.to_lowercase() == name.to_lowercase())
    };
    let name = NAMES.into_iter().find(|name| !used(name)).unwrap_or("Hướng dẫn (mẫu)");
    sheet.set_name(name)?;
    sheet.set_tab_color(style::TAB_GUIDE);
    for (column, width) in (0_u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let mut writer = Writer { sheet, row: 0 };
    cover(&mut writer, stamp)?;
    writer.heading("I. Tệp này dùng để làm gì")?;
    writer.across(
        0,
        "Đơn vị ghi số liệu và nội dung vào các trang của tệp này. Chương trình đọc tệp, kiểm tra từng ô, chỉ ra chỗ cần \
         sửa, rồi lập báo cáo bằng Word đúng thể thức. Số liệu chỉ ghi một lần, ở đây.",
        &style::prose(),
    )?;
    writer.heading("II. Cách ghi")?;
    let number = style::base().set_align(FormatAlign::Right).set_align(FormatAlign::Top);
    let prose = style::prose().set_align(FormatAlign::Top);
    for (index, step) in STEPS.iter().enumerate() {
        writer
            .sheet
            .write_string_with_format(writer.row, 0, format!("{}.", index + 1), &number)?;
        writer.across(1, step, &prose)?;
    }
    legend(&mut writer)?;
    sheets(&mut writer, schema)?;
    fields(&mut writer, schema)?;
    page::set_up(sheet, WIDTHS.iter().sum());
    page::protect(sheet);
    sheet.set_active(true).set_selection(0, 0, 0, 0)?;
    Ok(())
}

fn cover(writer: &mut Writer<'_>, stamp: &Stamp) -> Result<(), XlsxError> {
    let width: f64 = WIDTHS.iter().sum();
    let name = stamp.pack_name.to_uppercase();
    let lines = measure::lines(&name, width * 12.0 / 16.0, true);
    writer.across(0, &name, &style::cover())?;
    writer.sheet.set_row_height(0, lines as f64 * 22.0 + 12.0)?;
    if let Some(recipient) = &stamp.recipient {
        writer.across(0, &format!("Đơn vị: {recipient}"), &style::title())?;
    }
    let form = format!(
        "Tệp số liệu để lập báo cáo – mẫu {}, phiên bản {}",
        stamp.pack_id, stamp.pack_version
    );
    writer.across(0, &form, &style::note())
}

fn legend(writer: &mut Writer<'_>) -> Result<(), XlsxError> {
    writer.heading("III. Màu và ký hiệu")?;
    let samples = ["123", "", "Chỉ tiêu", "VD"];
    let meanings = [
        "Ô trắng: ghi vào đây.",
        "Ô vàng nhạt: bắt buộc mà còn trống; ghi xong thì hết vàng.",
        "Ô xám: đã có sẵn, không sửa được.",
        "Dòng chữ nghiêng bắt đầu bằng “VD”: ví dụ về cách ghi; chương trình không đọc dòng này, không cần xóa.",
    ];
    for ((sample, format), meaning) in samples.iter().zip(style::legend()).zip(meanings) {
        sample_row(writer, sample, &format, meaning)?;
    }
    sample_row(
        writer,
        "*",
        &style::star(),
        "Dấu * sau tên mục, tên cột: bắt buộc phải ghi.",
    )?;
    sample_row(
        writer,
        "Nhãn trang",
        &style::cell(FormatAlign::Center),
        "Nhãn trang màu xanh: bắt buộc; màu xám: chỉ ghi khi có nội dung.",
    )
}

fn sample_row(writer: &mut Writer<'_>, sample: &str, format: &Format, meaning: &str) -> Result<(), XlsxError> {
    writer.sheet.write_string_with_format(writer.row, 1, sample, format)?;
    if sample.is_empty() {
        writer.sheet.write_blank(writer.row, 1, format)?;
    }
    writer.across(2, meaning, &style::prose().set_indent(1))
}

fn sheets(writer: &mut Writer<'_>, schema: &Schema) -> Result<(), XlsxError> {
    writer.heading("IV. Các trang của tệp")?;
    let header = style::header();
    writer.cells(
        &[
            ("STT", &header),
            ("Trang (bấm để mở)", &header),
            ("Cách trình bày", &header),
            ("Phải ghi", &header),
        ],
        true,
    )?;
    let row = writer.row - 1;
    writer.sheet.merge_range(row, 4, row, LAST, "Nội dung", &header)?;
    let (left, center) = (style::cell(FormatAlign::Left), style::cell(FormatAlign::Center));
    for (index, sheet) in schema.sheets.iter().enumerate() {
        let row = writer.row;
        let help = sheet.help.as_deref().or(sheet.title.as_deref()).unwrap_or_default();
        writer.cells(
            &[
                ("", &center),
                ("", &left),
                (layout(sheet), &left),
                (&wording::obligation(sheet), &center),
            ],
            false,
        )?;
        writer
            .sheet
            .write_number_with_format(row, 0, (index + 1) as f64, &center)?;
        let place = format!("internal:'{}'!A1", sheet.name.replace('\'', "''"));
        writer
            .sheet
            .write_url_with_format(row, 1, Url::new(place).set_text(&sheet.name), &style::link())?;
        writer.sheet.merge_range(row, 4, row, LAST, help, &left)?;
        let width: f64 = WIDTHS.iter().skip(4).sum();
        let lines = measure::lines(help, width, false)
            .max(measure::lines(&sheet.name, WIDTHS[1], false))
            .max(measure::lines(&wording::obligation(sheet), WIDTHS[3], false));
        writer.sheet.set_row_height(row, measure::height(lines))?;
    }
    Ok(())
}

fn layout(sheet: &Sheet) -> &'static str {
    match sheet.layout {
        Layout::Form => "Từng mục một",
        Layout::Table if !sheet.rows.is_empty() => "Bảng có sẵn dòng",
        Layout::Table => "Bảng, mỗi việc một dòng",
        Layout::List => "Danh sách",
    }
}

fn fields(writer: &mut Writer<'_>, schema: &Schema) -> Result<(), XlsxError> {
    writer.heading("V. Các mục và cột")?;
    let header = style::header();
    let heads = ["STT", "Mục, cột", "Ghi gì", "Bắt buộc", "Cách ghi", "Ví dụ"];
    writer.cells(&heads.map(|head| (head, &header)), true)?;
    let (left, center) = (style::cell(FormatAlign::Left), style::cell(FormatAlign::Center));
    let star = style::star();
    let example_format = left.clone().set_italic();
    for sheet in &schema.sheets {
        let text = format!("Trang “{}”", sheet.name);
        writer.across(0, &text, &style::group())?;
        for (index, field) in sheet.fields.iter().enumerate() {
            let number = (index + 1).to_string();
            writer.cells(
                &[
                    (&number, &center),
                    (&field.label, &left),
                    (&wording::kind_and_unit(field), &left),
                    (if wording::asked(field) { "*" } else { "" }, &star),
                    (&wording::advice(field), &left),
                    (field.example.as_deref().unwrap_or_default(), &example_format),
                ],
                false,
            )?;
        }
    }
    Ok(())
}
