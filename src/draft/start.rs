//! A pack from a few answers: a kind of document, and the sheets that it usually takes its content from.

use super::letter::{self, Kind};
use super::plan::{Field, Plan, Sheet};
use super::text;
use crate::schema::Layout;
use crate::value::Type;

/// A sheet that may be asked for, ready made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// Assessments in words.
    Remarks,
    /// Indicators: plan, result, share.
    Indicators,
    /// Tasks: what, who, until when.
    Tasks,
    /// People or collectives.
    People,
}

/// All of them, by the names that commands take, with what they are.
pub const STARTERS: [(&str, Starter, &str); 4] = [
    ("nhan-dinh", Starter::Remarks, "Nhận định: các đoạn văn"),
    ("chi-tieu", Starter::Indicators, "Chỉ tiêu: kế hoạch, thực hiện, tỷ lệ"),
    ("nhiem-vu", Starter::Tasks, "Nhiệm vụ: nội dung, đơn vị, thời hạn"),
    ("danh-sach", Starter::People, "Danh sách tập thể, cá nhân"),
];

/// What the author of a new pack says.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The pack's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What kind of document it makes.
    pub kind: Kind,
    /// Who issues it: `xã Tân Hoà`; an invented commune when absent.
    pub agency: Option<String>,
    /// The sheets wanted beside `Thông tin chung`.
    pub sheets: Vec<Starter>,
}

impl Kind {
    /// The sheets that documents of the kind usually have.
    pub fn starters(self) -> &'static [Starter] {
        match self {
            Self::Report => &[Starter::Remarks, Starter::Indicators],
            Self::Plan => &[Starter::Tasks],
            Self::Submission | Self::Decision => &[Starter::People],
            Self::Letter => &[Starter::Remarks],
        }
    }
}

/// The plan of a pack by its author's answers.
pub fn start(answers: &Answers) -> Plan {
    const FORM: &str = "thong_tin";
    let Answers {
        id, name, kind, agency, ..
    } = answers;
    let mut sheets = vec![letter::form(FORM, "Thông tin chung", *kind, agency.as_deref(), true)];
    let mut wanted: Vec<Starter> = Vec::new();
    for starter in &answers.sheets {
        if !wanted.contains(starter) {
            wanted.push(*starter);
        }
    }
    let mut parts = Vec::new();
    for starter in &wanted {
        let sheet = starter.sheet();
        let (heading, part) = starter.part(&sheet);
        parts.push((heading.to_owned(), part));
        sheets.push(sheet);
    }
    let subject = format!("{} năm {{{{{FORM}.nam}}}}", text::line(&subject_of(name, *kind)));
    let outline = format!(
        "<!-- Lời văn của mẫu. Dòng bắt đầu bằng # là tiêu đề; {{{{…}}}} là thẻ, xem `baocao pack show {id}`. Sửa xong thì \
         chạy `baocao pack build {id}`. -->\n\n{}{}{}",
        letter::head(FORM, *kind, &subject),
        body(*kind, &parts),
        letter::foot(FORM, *kind)
    );
    Plan {
        id: id.clone(),
        name: name.clone(),
        description: format!("{} của Ủy ban nhân dân cấp xã", kind.name()),
        document: kind.name().to_owned(),
        file_name: format!("{id} {{{{{FORM}.nam}}}} - {{{{{FORM}.ten_don_vi}}}}"),
        sheets,
        outline,
        has_free_layout: false,
        advice: vec!["Thay lời văn mẫu bằng lời văn của đơn vị.".to_owned()],
    }
}

/// A name as the subject of a title: without the kind, which stands on a line of its own.
pub(super) fn subject_of(name: &str, kind: Kind) -> String {
    let name = name.trim();
    let kind = kind.name();
    let (head, rest) = name.split_at_checked(kind.len()).unwrap_or((name, ""));
    let rest = rest.trim_start();
    match crate::vietnamese::same(head, kind) && !rest.is_empty() {
        true => {
            let mut letters = rest.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            format!("{}{}", first.unwrap_or_default(), letters.as_str())
        }
        false => name.to_owned(),
    }
}

impl Starter {
    fn sheet(self) -> Sheet {
        let long = |id, label, example| {
            let mut field = Field::new(id, label, Type::LongText).example(example);
            field.max_length = Some(4000);
            field.help = Some("Viết thành câu trọn vẹn; để trống thì đoạn này không in.".to_owned());
            field
        };
        let line = |id, label, help: &str, example: &str| {
            let mut field = Field::new(id, label, Type::Text).help(help).example(example);
            field.max_length = Some(400);
            field
        };
        let rows = |rows: &[&[&str]]| {
            let record = |row: &&[&str]| {
                row.iter()
                    .map(|text| (!text.is_empty()).then(|| (*text).to_owned()))
                    .collect()
            };
            rows.iter().map(record).collect()
        };
        match self {
            Self::Remarks => {
                let mut sheet = Sheet::new("nhan_dinh", "Nhận định", Layout::Form);
                sheet.required = false;
                sheet.fields = vec![
                    long(
                        "ket_qua",
                        "Kết quả đạt được",
                        "Các nhiệm vụ trọng tâm được triển khai đồng bộ, đúng kế hoạch.",
                    ),
                    long(
                        "han_che",
                        "Tồn tại, hạn chế",
                        "Việc gửi số liệu của một số xóm còn chậm.",
                    ),
                    long(
                        "de_xuat",
                        "Kiến nghị, đề xuất",
                        "Đề nghị cấp trên quan tâm hỗ trợ kinh phí thực hiện.",
                    ),
                ];
                sheet.sampled()
            }
            Self::Indicators => {
                let mut sheet = Sheet::new("chi_tieu", "Chỉ tiêu", Layout::Table);
                sheet.required = false;
                sheet.fields = vec![
                    line(
                        "ten",
                        "Tên chỉ tiêu",
                        "Mỗi chỉ tiêu một dòng, ghi đúng tên trong kế hoạch được giao.",
                        "Thu ngân sách nhà nước",
                    )
                    .required(),
                    line(
                        "don_vi",
                        "Đơn vị tính",
                        "Đơn vị của số kế hoạch và số thực hiện: triệu đồng, ha, người.",
                        "triệu đồng",
                    ),
                    Field::new("ke_hoach", "Kế hoạch", Type::Decimal)
                        .help("Số được giao cho cả năm, theo đơn vị tính ở cột bên.")
                        .example("240"),
                    Field::new("thuc_hien", "Thực hiện", Type::Decimal)
                        .help("Số đạt được đến ngày báo cáo, cùng đơn vị với kế hoạch.")
                        .example("258,5"),
                    Field::new("ty_le", "Tỷ lệ (%)", Type::Percent)
                        .help("Thực hiện so với kế hoạch, ghi theo phần trăm.")
                        .example("107,7%"),
                ];
                sheet.samples = rows(&[
                    &["Thu ngân sách nhà nước", "triệu đồng", "240", "258,5", "107,7%"],
                    &["Trồng rừng tập trung", "ha", "12", "12,4", "103,3%"],
                    &["Lao động qua đào tạo", "người", "150", "162", "108%"],
                ]);
                sheet
            }
            Self::Tasks => {
                let mut sheet = Sheet::new("nhiem_vu", "Nhiệm vụ", Layout::Table);
                sheet.required = false;
                sheet.fields = vec![
                    line(
                        "noi_dung",
                        "Nội dung công việc",
                        "Mỗi việc một dòng, bắt đầu bằng động từ.",
                        "Rà soát, lập danh sách hộ nghèo",
                    )
                    .required(),
                    line(
                        "don_vi",
                        "Đơn vị chủ trì",
                        "Một cơ quan, đơn vị chịu trách nhiệm chính.",
                        "Phòng Văn hoá - Xã hội",
                    ),
                    Field::new("thoi_han", "Hoàn thành trước ngày", Type::Date)
                        .help("Hạn cuối, ghi ngày/tháng/năm.")
                        .example("30/6/2025"),
                ];
                sheet.samples = rows(&[
                    &["Rà soát, lập danh sách hộ nghèo", "Phòng Văn hoá - Xã hội", "30/6/2025"],
                    &["Tổng hợp, báo cáo kết quả", "Văn phòng HĐND và UBND", "15/12/2025"],
                ]);
                sheet
            }
            Self::People => {
                let mut sheet = Sheet::new("danh_sach", "Danh sách", Layout::Table);
                sheet.required = false;
                sheet.fields = vec![
                    line(
                        "ten",
                        "Họ và tên, tên tập thể",
                        "Mỗi cá nhân hoặc tập thể một dòng.",
                        "Nguyễn Văn A",
                    )
                    .required(),
                    line(
                        "chuc_vu",
                        "Chức vụ",
                        "Chức vụ hiện nay; tập thể thì để trống.",
                        "Công chức",
                    ),
                    line("don_vi", "Đơn vị", "Nơi công tác, ghi đủ tên.", "Phòng Kinh tế"),
                    line(
                        "noi_dung",
                        "Nội dung",
                        "Lý do có tên trong danh sách: thành tích, hình thức khen, nhiệm vụ được giao.",
                        "Hoàn thành xuất sắc nhiệm vụ",
                    ),
                ];
                sheet.samples = rows(&[
                    &[
                        "Nguyễn Văn A",
                        "Công chức",
                        "Phòng Kinh tế",
                        "Hoàn thành xuất sắc nhiệm vụ",
                    ],
                    &[
                        "Trần Thị B",
                        "Phó Trưởng phòng",
                        "Phòng Văn hoá - Xã hội",
                        "Lao động tiên tiến",
                    ],
                ]);
                sheet
            }
        }
    }

    /// The heading of the part of a document that prints the sheet, and the part.
    fn part(self, sheet: &Sheet) -> (&'static str, String) {
        let print = text::print_sheet(sheet);
        let when = |lead: &str| {
            let id = &sheet.id;
            format!("{{{{#if {id}}}}}\n\n{lead}\n\n{print}{{{{else}}}}\n\nKhông có.\n\n{{{{/if}}}}\n\n")
        };
        match self {
            Self::Remarks => {
                let paragraphs = sheet.fields.iter().map(|field| {
                    let path = sheet.path(field);
                    format!("{{{{#if {path}}}}}\n\n{{{{{path}}}}}\n\n{{{{/if}}}}\n\n")
                });
                ("ĐÁNH GIÁ CHUNG", paragraphs.collect())
            }
            Self::Indicators => ("KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU", when("Kết quả các chỉ tiêu như sau:")),
            Self::Tasks => ("NHIỆM VỤ, GIẢI PHÁP", when("Các nhiệm vụ cụ thể:")),
            Self::People => ("DANH SÁCH TẬP THỂ, CÁ NHÂN", when("Danh sách cụ thể:")),
        }
    }
}

/// Whether the parts of a document of the kind stand under headings.
pub(super) fn has_sections(kind: Kind) -> bool {
    !matches!(kind, Kind::Decision | Kind::Letter)
}

/// The text between the furniture: the parts, each with its heading in capitals, in the words that the kind asks for around them.
pub(super) fn body(kind: Kind, parts: &[(String, String)]) -> String {
    const AGENCY: &str = "Ủy ban nhân dân {{thong_tin.ten_don_vi}}";
    let roman = |number: usize| {
        let numeral = u32::try_from(number).ok().and_then(crate::vietnamese::roman);
        numeral.unwrap_or_default()
    };
    let sections = |first: usize| -> String {
        let parts = parts.iter().enumerate();
        let part = |(index, (heading, part)): (usize, &(String, String))| {
            format!("## {}. {heading}\n\n{part}", roman(index + first))
        };
        parts.map(part).collect()
    };
    let plain = || parts.iter().map(|(_, part)| part.as_str()).collect::<String>();
    match kind {
        Kind::Report => format!(
            "{AGENCY} báo cáo kết quả thực hiện nhiệm vụ năm {{{{thong_tin.nam}}}} như sau:\n\n{}\
             Trên đây là báo cáo năm {{{{thong_tin.nam}}}} của {AGENCY}./.\n\n",
            sections(1)
        ),
        Kind::Plan => format!(
            "## I. MỤC ĐÍCH, YÊU CẦU\n\nCụ thể hoá các nhiệm vụ năm {{{{thong_tin.nam}}}}; phân công rõ người, rõ việc, rõ thời \
             hạn.\n\n{}## {}. TỔ CHỨC THỰC HIỆN\n\nCác cơ quan, đơn vị căn cứ kế hoạch này tổ chức thực hiện; khó khăn, \
             vướng mắc báo cáo {AGENCY} xem xét./.\n\n",
            sections(2),
            roman(parts.len() + 2)
        ),
        Kind::Submission => format!(
            "{AGENCY} kính trình {{{{thong_tin.kinh_gui}}}} xem xét, quyết định nội dung sau:\n\n{}\
             {AGENCY} kính trình {{{{thong_tin.kinh_gui}}}} xem xét, quyết định./.\n\n",
            sections(1)
        ),
        Kind::Decision => format!(
            "*Căn cứ Luật Tổ chức chính quyền địa phương;*\n\n*Xét đề nghị của bộ phận chuyên môn.*\n\n# QUYẾT ĐỊNH:\n\n\
             **Điều 1.** Ban hành kèm theo Quyết định này các nội dung sau:\n\n{}**Điều 2.** Quyết định này có hiệu lực kể từ \
             ngày ký.\n\n**Điều 3.** Văn phòng HĐND và UBND {{{{thong_tin.ten_don_vi}}}}, các cơ quan, đơn vị, cá nhân có liên \
             quan chịu trách nhiệm thi hành Quyết định này./.\n\n",
            plain()
        ),
        Kind::Letter => format!(
            "{AGENCY} trao đổi với {{{{thong_tin.kinh_gui}}}} nội dung sau:\n\n{}\
             Trân trọng./.\n\n",
            plain()
        ),
    }
}
