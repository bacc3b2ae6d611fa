//! Why a file can't be read as a workbook, and what to do about it in Excel's own menu words.

use super::Limits;
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::{opc, text};

/// Why a workbook can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// A workspace of Excel 4, of several sheets in one bare stream.
    #[error("an Excel 4 workspace")]
    OldExcel,
    /// An encrypted package in an OLE2 container.
    #[error("the workbook is protected by a password")]
    Password,
    /// Another OLE2 file: .doc and the like.
    #[error("an Office 97-2003 file that is no workbook")]
    OldOffice,
    /// A web page, often one that a system calls .xls.
    #[error("a web page")]
    Html,
    /// Plain text, comma or tab separated.
    #[error("a text file")]
    PlainText,
    /// PDF.
    #[error("a PDF")]
    Pdf,
    /// OpenDocument.
    #[error("an OpenDocument file")]
    OpenDocument,
    /// A Word or PowerPoint package.
    #[error("an Office file that is no workbook")]
    OtherOffice,
    /// .xlsb.
    #[error("a binary Excel workbook")]
    BinaryWorkbook,
    /// None of these.
    #[error("not a workbook")]
    Unknown,
    /// A workbook whose inside does not hold together.
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
    /// A limit was reached.
    #[error("the workbook is too large: {0:?}")]
    TooLarge(Limit),
}

/// A limit that a workbook reached, with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of the file.
    FileBytes(u64),
    /// Bytes inflated.
    InflatedBytes(u64),
    /// Sheets.
    Sheets(usize),
    /// Distinct texts.
    SharedStrings(usize),
    /// Cell formats.
    Formats(usize),
    /// Cells with content.
    Cells(usize),
    /// Rows with content of a sheet.
    Rows(usize),
    /// Bytes of text of all cells together.
    TextBytes(u64),
    /// Characters of a cell.
    TextLength(usize),
    /// Merged ranges of a sheet.
    Merged(usize),
    /// Runs of texts with letters formatted on their own.
    Runs(usize),
    /// Pictures.
    Pictures(usize),
    /// Bytes of all pictures together.
    PictureBytes(u64),
}

impl Limit {
    fn text(self) -> Text {
        match self {
            Self::FileBytes(limit) => {
                let limit = limit >> 20;
                text!("tệp lớn hơn {limit} MB", "the file is larger than {limit} MB")
            }
            Self::InflatedBytes(limit) => {
                let limit = limit >> 20;
                text!(
                    "nội dung sau khi giải nén lớn hơn {limit} MB",
                    "the content is larger than {limit} MB once inflated"
                )
            }
            Self::Sheets(limit) => text!("hơn {limit} trang tính", "more than {limit} sheets"),
            Self::SharedStrings(limit) => text!("hơn {limit} đoạn chữ khác nhau", "more than {limit} distinct texts"),
            Self::Formats(limit) => text!("hơn {limit} kiểu định dạng ô", "more than {limit} cell formats"),
            Self::Cells(limit) => text!("hơn {limit} ô có dữ liệu", "more than {limit} cells with content"),
            Self::Rows(limit) => text!(
                "một trang tính có hơn {limit} dòng dữ liệu",
                "a sheet has more than {limit} rows with content"
            ),
            Self::TextBytes(limit) => {
                let limit = limit >> 20;
                text!(
                    "các ô có hơn {limit} MB chữ",
                    "the cells hold more than {limit} MB of text"
                )
            }
            Self::TextLength(limit) => text!("một ô có hơn {limit} ký tự", "a cell has more than {limit} characters"),
            Self::Merged(limit) => text!(
                "một trang tính có hơn {limit} vùng gộp ô",
                "a sheet has more than {limit} merged ranges"
            ),
            Self::Runs(limit) => text!(
                "các ô có hơn {limit} đoạn chữ định dạng riêng",
                "the cells hold more than {limit} separately formatted runs of text"
            ),
            Self::Pictures(limit) => text!("hơn {limit} ảnh", "more than {limit} pictures"),
            Self::PictureBytes(limit) => {
                let limit = limit >> 20;
                text!("các ảnh có hơn {limit} MB", "the pictures hold more than {limit} MB")
            }
        }
    }
}

impl Error {
    /// What the .xlsx container's fault means for a workbook.
    pub(super) fn from_package(error: opc::Error, limits: &Limits) -> Self {
        match error {
            opc::Error::Encrypted => Self::Password,
            opc::Error::TooLarge(_) => Self::TooLarge(Limit::InflatedBytes(limits.total_bytes)),
            opc::Error::Damaged(reason) => Self::Damaged(reason),
            opc::Error::Missing(part) => Self::Damaged(part),
            // What is no archive was refused before by its first bytes; this is the beginning of one.
            opc::Error::Foreign(_) => Self::Damaged("zip".to_owned()),
        }
    }

    /// The stable code, `tep/…`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "tep/rong",
            Self::OldExcel => "tep/xls-cu",
            Self::Password => "tep/mat-khau",
            Self::OldOffice | Self::OtherOffice => "tep/khong-phai-excel",
            Self::Html => "tep/trang-web",
            Self::PlainText => "tep/van-ban-thuan",
            Self::Pdf => "tep/pdf",
            Self::OpenDocument => "tep/opendocument",
            Self::BinaryWorkbook => "tep/xlsb",
            Self::Unknown => "tep/khong-ro",
            Self::Damaged(_) => "tep/hong",
            Self::TooLarge(_) => "tep/qua-lon",
        }
    }

    /// What is needed, then what was found.
    pub fn text(&self) -> Text {
        match self {
            Self::Empty => text!("tệp rỗng, không có nội dung nào", "the file is empty"),
            Self::OldExcel => text!(
                "cần tệp Excel .xlsx hoặc .xls, đây là tệp Excel 4 (.xlw) quá cũ",
                "an .xlsx or .xls workbook is needed, this is one of Excel 4 (.xlw), too old"
            ),
            Self::Password => text!(
                "tệp có đặt mật khẩu mở nên không đọc được",
                "the workbook has a password and can't be read"
            ),
            Self::OldOffice | Self::OtherOffice => text!(
                "cần tệp Excel .xlsx, đây là một loại tệp Office khác",
                "an .xlsx workbook is needed, this is another kind of Office file"
            ),
            Self::Html => text!(
                "cần tệp Excel .xlsx, đây là trang web (HTML) mang tên tệp Excel",
                "an .xlsx workbook is needed, this is a web page (HTML) under an Excel name"
            ),
            Self::PlainText => text!(
                "cần tệp Excel .xlsx, đây là tệp văn bản thuần (như CSV)",
                "an .xlsx workbook is needed, this is plain text (such as CSV)"
            ),
            Self::Pdf => text!(
                "cần tệp Excel .xlsx, đây là tệp PDF",
                "an .xlsx workbook is needed, this is a PDF"
            ),
            Self::OpenDocument => text!(
                "cần tệp Excel .xlsx, đây là tệp OpenDocument (.ods, .odt)",
                "an .xlsx workbook is needed, this is an OpenDocument file (.ods, .odt)"
            ),
            Self::BinaryWorkbook => text!(
                "cần tệp Excel .xlsx, đây là sổ tính nhị phân (.xlsb)",
                "an .xlsx workbook is needed, this is a binary workbook (.xlsb)"
            ),
            Self::Unknown => text!(
                "cần tệp Excel .xlsx, không nhận ra đây là loại tệp gì",
                "an .xlsx workbook is needed, this kind of file is unknown"
            ),
            Self::Damaged(reason) => text!("tệp Excel bị hỏng ({reason})", "the workbook is damaged ({reason})"),
            Self::TooLarge(limit) => {
                let reason = limit.text();
                Text::new(
                    format!("tệp quá lớn: {}", reason.vi),
                    format!("the workbook is too large: {}", reason.en),
                )
            }
        }
    }

    /// One thing to do.
    pub fn hint(&self) -> Text {
        match self {
            Self::Empty => text!(
                "chép lại hoặc xin lại tệp; tệp này có thể chưa chép xong",
                "copy the file again or ask for it; it may have been cut off"
            ),
            Self::OldExcel | Self::Html | Self::PlainText | Self::OpenDocument | Self::BinaryWorkbook => text!(
                "mở bằng Excel, chọn Tệp (File) > Lưu như (Save As) > Excel Workbook (*.xlsx), rồi dùng tệp mới",
                "open it in Excel, choose File > Save As > Excel Workbook (*.xlsx), and use the new file"
            ),
            Self::Password => text!(
                "mở bằng Excel, chọn Tệp (File) > Thông tin (Info) > Bảo vệ Sổ làm việc (Protect Workbook) > Mã hóa bằng Mật khẩu (Encrypt with Password), xóa mật khẩu rồi lưu",
                "open it in Excel, choose File > Info > Protect Workbook > Encrypt with Password, clear it and save"
            ),
            Self::OldOffice | Self::OtherOffice | Self::Pdf | Self::Unknown => text!(
                "chọn đúng tệp Excel đã điền số liệu (đuôi .xlsx)",
                "choose the Excel workbook that was filled in (.xlsx)"
            ),
            Self::Damaged(_) => text!(
                "mở Excel, chọn Tệp (File) > Mở (Open) > Duyệt (Browse), chọn tệp, bấm mũi tên cạnh nút Mở (Open) > Mở và Sửa chữa (Open and Repair), rồi lưu lại",
                "in Excel choose File > Open > Browse, select the file, click the arrow beside Open > Open and Repair, then save"
            ),
            Self::TooLarge(_) => text!(
                "chép phần số liệu cần báo cáo sang sổ tính trống của mẫu, rồi dùng tệp đó",
                "copy the data to report into the pack's blank workbook, and use that file"
            ),
        }
    }

    /// The error as a finding about the file as a whole.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code(), Place::File, self.text()).hint(self.hint())
    }
}
