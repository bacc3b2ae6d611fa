//! What surrounds the content of any official document: the sheet that asks for it, and the furniture that prints it.
//!
//! In: how strict to be, and what the document is. Out: the form `Thông tin chung`, and the blocks of the text source that use
//! every one of its fields. Tags go by the id the form really has, for a workbook may bring a sheet of that name.

use super::plan::{Field, Sheet};
use crate::schema::Layout;
use crate::value::Type;

/// A kind of document: what Decree 30/2020/NĐ-CP calls it, and how its number is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Báo cáo.
    #[default]
    Report,
    /// Tờ trình.
    Submission,
    /// Kế hoạch.
    Plan,
    /// Quyết định.
    Decision,
    /// Công văn, which has no name of its own.
    Letter,
}

/// All kinds, by the names that commands take.
pub const KINDS: [(&str, Kind); 5] = [
    ("bao-cao", Kind::Report),
    ("to-trinh", Kind::Submission),
    ("ke-hoach", Kind::Plan),
    ("quyet-dinh", Kind::Decision),
    ("cong-van", Kind::Letter),
];

impl Kind {
    /// What people call it: `Báo cáo`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "Báo cáo",
            Self::Submission => "Tờ trình",
            Self::Plan => "Kế hoạch",
            Self::Decision => "Quyết định",
            Self::Letter => "Công văn",
        }
    }

    /// Its sign in a document's number (Decree 30, annex III.I).
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Report => "BC-UBND",
            Self::Submission => "TTr-UBND",
            Self::Plan => "KH-UBND",
            Self::Decision => "QĐ-UBND",
            Self::Letter => "UBND-VP",
        }
    }

    /// Whether it is addressed to somebody above its text.
    pub(super) fn has_addressee(self) -> bool {
        !matches!(self, Self::Plan | Self::Decision)
    }
}

/// The form that asks for what surrounds the content; `is_strict` says that its main fields must be filled in.
pub(super) fn form(id: &str, name: &str, kind: Kind, agency: Option<&str>, is_strict: bool) -> Sheet {
    let agency = agency.unwrap_or("xã Tân Hoà");
    let place = agency.split_once(' ').map_or(agency, |(_, place)| place);
    let must = |field: Field| if is_strict { field.required() } else { field };
    let mut sheet = Sheet::new(id, name, Layout::Form);
    sheet.required = is_strict;
    sheet.help = Some("Mỗi dòng một thông tin: nhãn ở cột trái, nội dung ghi ở cột phải.".to_owned());
    let mut number = Field::new("so_ky_hieu", "Số, ký hiệu", Type::Text)
        .help("Để trống khi chưa lấy số.")
        .example(&format!("12/{}", kind.sign()));
    number.empty = Some(format!("……/{}", kind.sign()));
    number.max_length = Some(40);
    sheet.fields = vec![
        must(
            Field::new("ten_don_vi", "Tên đơn vị", Type::Text)
                .help("Ghi cả loại và tên: xã Tân Hoà, phường Bến Thành.")
                .example(agency),
        ),
        number,
        must(
            Field::new("dia_danh", "Địa danh", Type::Text)
                .help("Tên ghi trước ngày tháng ở đầu văn bản.")
                .example(place),
        ),
        must(
            Field::new("ngay", "Ngày ban hành", Type::Date)
                .help("Ngày ký, ghi ngày/tháng/năm.")
                .example("15/12/2025"),
        ),
        must(
            Field::new("nam", "Năm", Type::Year)
                .help("Năm mà số liệu thuộc về.")
                .example("2025"),
        ),
    ];
    if kind.has_addressee() {
        sheet.fields.push(must(
            Field::new("kinh_gui", "Kính gửi", Type::Text)
                .help("Tên đầy đủ của cơ quan nhận văn bản.")
                .example("Ủy ban nhân dân tỉnh Thái Nguyên"),
        ));
    }
    sheet.fields.push(
        Field::new("noi_nhan", "Nơi nhận", Type::Text)
            .help("Nơi nhận thứ nhất ở cuối văn bản; dòng “Lưu” đã có sẵn.")
            .example("Thường trực HĐND xã"),
    );
    let mut title = Field::new("chuc_vu", "Chức vụ người ký", Type::Text)
        .help("Ghi chữ thường, văn bản tự in hoa; để trống thì in Chủ tịch.")
        .example("Chủ tịch");
    title.default = Some("Chủ tịch".to_owned());
    sheet.fields.push(title);
    sheet.fields.push(must(
        Field::new("nguoi_ky", "Người ký", Type::Text)
            .help("Họ và tên người ký, có dấu, không ghi học hàm, học vị.")
            .example("Nguyễn Văn A"),
    ));
    for field in &mut sheet.fields {
        if field.ty == Type::Text && field.max_length.is_none() {
            field.max_length = Some(200);
        }
    }
    sheet.sampled()
}

/// The letterhead, the title and the addressee. `subject` may hold tags.
pub(super) fn head(form: &str, kind: Kind, subject: &str) -> String {
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let about = match kind {
        Kind::Letter => format!(" \\ V/v {subject}"),
        _ => String::new(),
    };
    let mut out = format!(
        "```letterhead\nagency: ỦY BAN NHÂN DÂN\nagency: {{{{upper {form}.ten_don_vi}}}}\n\
         number: Số: {{{{{form}.so_ky_hieu}}}}{about}\n\
         date: {{{{{form}.dia_danh}}}}, {{{{#if {form}.ngay}}}}{{{{date {form}.ngay \"long\"}}}}{{{{else}}}}ngày …… tháng …… \
         năm {{{{{form}.nam}}}}{{{{/if}}}}\n```\n\n"
    );
    if kind != Kind::Letter {
        let name = kind.name().to_uppercase();
        out.push_str(&format!("```title\nkind: {name}\nsubject: {subject}\n```\n\n"));
    }
    if kind.has_addressee() {
        out.push_str(&format!("```addressees\nto: {{{{{form}.kinh_gui}}}}\n```\n\n"));
    }
    out
}

/// The recipients and the signature.
pub(super) fn foot(form: &str, kind: Kind) -> String {
    let like_above = if kind.has_addressee() {
        "recipients: - Như trên;\n"
    } else {
        ""
    };
    format!(
        "```signature\n{like_above}{{{{#if {form}.noi_nhan}}}}\nrecipients: - {{{{{form}.noi_nhan}}}};\n{{{{/if}}}}\n\
         recipients: - Lưu: VT.\nauthority: TM. ỦY BAN NHÂN DÂN\ntitle: {{{{upper {form}.chuc_vu}}}}\n\
         name: {{{{{form}.nguoi_ky}}}}\n```\n"
    )
}
