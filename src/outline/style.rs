//! The styles of an official document: sizes, weights and gaps of Decree 30/2020/NĐ-CP, Appendix I, under names that
//! office staff find in Word's style list. Lengths are in twips (1/20 pt), sizes in half-points.

use docx_rs::{
    AlignmentType, LineSpacing, LineSpacingType, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders,
    ParagraphProperty, RunFonts, RunProperty, SpecialIndentType, Style, StyleType,
};

/// Times New Roman for every script (PL1 I.4).
pub(super) const FONT: &str = "Times New Roman";
/// Size of running text: 14 pt (PL1 II.6.e: 13-14).
pub(super) const BODY_SIZE: usize = 28;
/// Size of the agency and of Quốc hiệu: 13 pt (PL1 II.1, II.2: 12-13).
pub(super) const AGENCY_SIZE: usize = 26;
/// First-line indent: 1.27 cm (PL1 II.6.e).
const FIRST_LINE: i32 = 720;
/// 1.1 lines (PL1 II.6.e: 1 to 1.5), in 240ths of a line.
const LINE: i32 = 264;

/// How a line of text is set on the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Left,
    Centre,
    /// Justified with a first-line indent.
    Running,
    /// Left, as far in as the text under `Kính gửi`.
    Addressee,
}

struct Look {
    id: &'static str,
    name: &'static str,
    /// Half-points.
    size: usize,
    bold: bool,
    italic: bool,
    set: Set,
    before: u32,
    after: u32,
    keep_next: bool,
    /// Level in Word's navigation pane, from 0.
    outline: Option<usize>,
    /// Printed in [`RED`], as certificates are; official text is black (PL1 I.4).
    red: bool,
}

const PLAIN: Look = Look {
    id: "",
    name: "",
    size: BODY_SIZE,
    bold: false,
    italic: false,
    set: Set::Centre,
    before: 0,
    after: 0,
    keep_next: false,
    outline: None,
    red: false,
};

/// The red of awards.
pub(super) const RED: &str = "C00000";

pub(super) const BODY: &str = "NoiDung";
pub(super) const RULE: &str = "DuongKe";
pub(super) const BREAK: &str = "Ngat";
pub(super) const TABLE_HEAD: &str = "DauBang";
pub(super) const TABLE_CELL: &str = "OBang";
pub(super) const PAGE_NUMBER: &str = "Header";
/// The left edge of `Kính gửi:` when several addressees follow.
pub(super) const ADDRESSEES_LEFT: i32 = 2160;
/// The left edge of the addressees: their dashes stand under the colon of `Kính gửi:`, 17.4 mm wide at 14 pt.
const ADDRESSEE_LEFT: i32 = ADDRESSEES_LEFT + 988;
/// The width of `- ` at 14 pt: second lines stand under the first word.
const DASH: i32 = 163;

const fn heading(id: &'static str, name: &'static str, outline: usize, set: Set, before: u32) -> Look {
    Look {
        id,
        name,
        bold: true,
        set,
        before,
        after: 120,
        keep_next: true,
        outline: Some(outline),
        ..PLAIN
    }
}

const LOOKS: &[Look] = &[
    Look {
        id: BODY,
        name: "Nội dung",
        set: Set::Running,
        after: 120,
        ..PLAIN
    },
    heading("Heading1", "heading 1", 0, Set::Centre, 240),
    heading("Heading2", "heading 2", 1, Set::Centre, 0),
    heading("Heading3", "heading 3", 2, Set::Running, 120),
    heading("Heading4", "heading 4", 3, Set::Running, 0),
    heading("Heading5", "heading 5", 4, Set::Running, 0),
    Look {
        id: "CoQuanCapTren",
        name: "Cơ quan cấp trên",
        size: AGENCY_SIZE,
        ..PLAIN
    },
    Look {
        id: "TenCoQuan",
        name: "Tên cơ quan",
        size: AGENCY_SIZE,
        bold: true,
        ..PLAIN
    },
    Look {
        id: "QuocHieu",
        name: "Quốc hiệu",
        size: AGENCY_SIZE,
        bold: true,
        ..PLAIN
    },
    Look {
        id: "TieuNgu",
        name: "Tiêu ngữ",
        bold: true,
        ..PLAIN
    },
    Look {
        id: "SoKyHieu",
        name: "Số ký hiệu",
        size: 26,
        before: 120,
        ..PLAIN
    },
    Look {
        id: "DiaDanh",
        name: "Địa danh",
        italic: true,
        before: 120,
        ..PLAIN
    },
    Look {
        id: "TenLoai",
        name: "Tên loại",
        bold: true,
        before: 240,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: "TrichYeu",
        name: "Trích yếu",
        bold: true,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: "KinhGui",
        name: "Kính gửi",
        after: 120,
        ..PLAIN
    },
    Look {
        id: "KinhGuiDong",
        name: "Kính gửi từng dòng",
        set: Set::Addressee,
        after: 60,
        ..PLAIN
    },
    Look {
        id: "NhanNoiNhan",
        name: "Nhãn nơi nhận",
        size: 24,
        bold: true,
        italic: true,
        set: Set::Left,
        ..PLAIN
    },
    Look {
        id: "NoiNhan",
        name: "Nơi nhận",
        size: 22,
        set: Set::Left,
        ..PLAIN
    },
    Look {
        id: "ChucVu",
        name: "Chức vụ",
        bold: true,
        ..PLAIN
    },
    // The room for signature and seal: 28 mm, about five lines.
    Look {
        id: "HoTen",
        name: "Họ tên",
        bold: true,
        before: 1600,
        ..PLAIN
    },
    Look {
        id: "PhuLuc",
        name: "Phụ lục",
        bold: true,
        keep_next: true,
        outline: Some(0),
        ..PLAIN
    },
    Look {
        id: "TenPhuLuc",
        name: "Tên phụ lục",
        bold: true,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: "GhiChuPhuLuc",
        name: "Ghi chú phụ lục",
        italic: true,
        after: 120,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: "ThamQuyen",
        name: "Thẩm quyền ban hành",
        bold: true,
        after: 120,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: "CanCu",
        name: "Căn cứ",
        italic: true,
        set: Set::Running,
        after: 120,
        ..PLAIN
    },
    Look {
        id: "LoiQuyetDinh",
        name: "Lời quyết định",
        bold: true,
        before: 60,
        after: 120,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: "GiayKhenThamQuyen",
        name: "Giấy khen thẩm quyền",
        size: 36,
        bold: true,
        red: true,
        ..PLAIN
    },
    Look {
        id: "GiayKhenTang",
        name: "Giấy khen tặng",
        size: 36,
        bold: true,
        before: 240,
        ..PLAIN
    },
    Look {
        id: "GiayKhenTen",
        name: "Giấy khen tên loại",
        size: 88,
        bold: true,
        red: true,
        after: 240,
        before: 120,
        ..PLAIN
    },
    Look {
        id: "GiayKhenNguoiNhan",
        name: "Giấy khen người nhận",
        size: 48,
        bold: true,
        after: 60,
        ..PLAIN
    },
    Look {
        id: "GiayKhenDong",
        name: "Giấy khen dòng",
        size: 34,
        before: 120,
        ..PLAIN
    },
    Look {
        id: "GiayKhenVaoSo",
        name: "Giấy khen vào sổ",
        size: 26,
        italic: true,
        set: Set::Left,
        before: 40,
        ..PLAIN
    },
    Look {
        id: "GiayKhenNgay",
        name: "Giấy khen ngày",
        italic: true,
        before: 240,
        ..PLAIN
    },
    Look {
        id: TABLE_HEAD,
        name: "Đầu bảng",
        size: 24,
        bold: true,
        before: 40,
        after: 40,
        keep_next: true,
        ..PLAIN
    },
    Look {
        id: TABLE_CELL,
        name: "Ô bảng",
        size: 24,
        set: Set::Left,
        before: 40,
        after: 40,
        ..PLAIN
    },
    Look {
        id: PAGE_NUMBER,
        name: "header",
        ..PLAIN
    },
];

/// The font in all four slots.
pub(super) fn fonts() -> RunFonts {
    RunFonts::new().ascii(FONT).hi_ansi(FONT).cs(FONT).east_asia(FONT)
}

/// All styles; `Normal` is docx-rs's own.
pub(super) fn styles() -> Vec<Style> {
    let mut styles: Vec<Style> = LOOKS.iter().map(style).collect();
    styles.push(line_style(RULE, "Đường kẻ", 50, 20, true));
    styles.push(line_style(BREAK, "Ngắt", 0, 2, false));
    styles
}

fn style(look: &Look) -> Style {
    let mut style = Style::new(look.id, StyleType::Paragraph)
        .name(look.name)
        .based_on("Normal");
    if look.outline.is_some() {
        style = style.next(BODY);
    }
    let mut run = RunProperty::new().size(look.size);
    if look.bold {
        run = run.bold();
    }
    if look.italic {
        run = run.italic();
    }
    if look.red {
        run = run.color(RED);
    }
    let running = look.set == Set::Running;
    let line = if running { LINE } else { 240 };
    let mut paragraph = ParagraphProperty::new().widow_control(true).line_spacing(
        LineSpacing::new()
            .before(look.before)
            .after(look.after)
            .line(line)
            .line_rule(LineSpacingType::Auto),
    );
    paragraph = match look.set {
        Set::Left => paragraph.align(AlignmentType::Left),
        Set::Centre => paragraph.align(AlignmentType::Center),
        Set::Running => paragraph.align(AlignmentType::Both).indent(
            None,
            Some(SpecialIndentType::FirstLine(FIRST_LINE)),
            None,
            None,
        ),
        Set::Addressee => paragraph.align(AlignmentType::Left).indent(
            Some(ADDRESSEE_LEFT + DASH),
            Some(SpecialIndentType::Hanging(DASH)),
            None,
            None,
        ),
    };
    if look.keep_next {
        paragraph = paragraph.keep_next(true).keep_lines(true);
    }
    if let Some(level) = look.outline {
        paragraph = paragraph.outline_lvl(level);
    }
    style.run_property = run;
    style.paragraph_property = paragraph;
    style
}

/// A paragraph of next to no height: it carries a drawn line, a section break, or keeps two tables apart. A break is a
/// tenth of a point high: on a full page, all that does not fit goes to a page of its own.
fn line_style(id: &str, name: &str, before: u32, height: i32, border: bool) -> Style {
    let mut style = Style::new(id, StyleType::Paragraph).name(name).based_on("Normal");
    style.run_property = RunProperty::new().size(2);
    let mut paragraph = ParagraphProperty::new().line_spacing(
        LineSpacing::new()
            .before(before)
            .after(0)
            .line(height)
            .line_rule(LineSpacingType::Exact),
    );
    if border {
        // 0.75 pt, in eighths of a point.
        paragraph = paragraph.set_borders(
            ParagraphBorders::with_empty().set(ParagraphBorder::new(ParagraphBorderPosition::Bottom).size(6)),
        );
    }
    style.paragraph_property = paragraph;
    style
}
