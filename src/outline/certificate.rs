//! A certificate (giấy khen, giấy chứng nhận danh hiệu): the lines of a `certificate` block set on one page.
//!
//! From above: Quốc hiệu and Tiêu ngữ, who awards, what, to whom, for what; below, side by side, the decision's number on
//! the left, and place, date and signature on the right. The arms of the state are left out: they are no text.

use docx_rs::{LineSpacing, Paragraph, VAlignType};

use super::furniture::Line;
use super::layout::{MOTTO_RULE, MOTTO_TEXT, NATION_TEXT, cell, frame_of, lines_of, rule, text};

/// What stands above the signature, line under line.
pub(super) fn head(lines: &[Line], width: usize) -> Vec<Paragraph> {
    let mut all = vec![
        text("QuocHieu", NATION_TEXT),
        text("TieuNgu", MOTTO_TEXT),
        rule(MOTTO_RULE, width).line_spacing(LineSpacing::new().before(50).after(240)),
    ];
    all.extend(lines_of(
        lines,
        &[
            ("authority", "GiayKhenThamQuyen"),
            ("verb", "GiayKhenTang"),
            ("kind", "GiayKhenTen"),
            ("to", "GiayKhenNguoiNhan"),
            ("about", "GiayKhenDong"),
            ("merit", "GiayKhenDong"),
        ],
    ));
    all
}

/// The decision's number and the signature, side by side.
pub(super) fn foot(lines: &[Line], width: usize) -> docx_rs::Table {
    let left = width / 2;
    let record = lines_of(lines, &[("record", "GiayKhenVaoSo")]);
    let signer = lines_of(
        lines,
        &[("date", "GiayKhenNgay"), ("title", "ChucVu"), ("name", "HoTen")],
    );
    let record = cell(left, record).vertical_align(VAlignType::Bottom);
    frame_of([left, width - left], vec![[record, cell(width - left, signer)]])
}
