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
    /// Nothing but zero bytes: what a failed copy or a disk fault leaves.
    #[error("the file holds only zero bytes")]
    Zeros,
    /// The beginning of a package.
    #[error("the file is cut short")]
    Cut,
    /// A workspace of Excel 4, of several sheets in one bare stream.
    #[error("an Excel 4 workspace")]
    OldExcel,
    /// An encrypted package.
    #[error("the workbook is protected by a password")]
    Password,
    /// A file of another kind.
    #[error("the file is no workbook: {0:?}")]
    Foreign(Foreign),
    /// A zip archive of workbooks; says their names.
    #[error("an archive of workbooks: {0:?}")]
    Workbooks(Vec<String>),
    /// A workbook whose inside does not hold together.
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
    /// A limit was reached.
    #[error("the workbook is too large: {0:?}")]
    TooLarge(Limit),
}

/// What a file is that is no workbook, whatever its name ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Another OLE2 file: .doc, .ppt, .msg.
    OldOffice,
    /// A Word, PowerPoint or OpenDocument package of another kind.
    OtherOffice,
    /// A web page, often one that a system calls .xls.
    Html,
    /// A web page saved as a single file (MHTML).
    WebArchive,
    /// Plain text, comma or tab separated.
    PlainText,
    /// XML Spreadsheet 2003, often one that a system calls .xls.
    XmlSpreadsheet,
    /// OpenDocument in a single XML file (.fods).
    FlatOpenDocument,
    /// A file of Apple Numbers.
    Numbers,
    /// What a computer keeps in place of a sheet of Google.
    GoogleSheet,
    /// Rich Text Format.
    Rtf,
    /// PDF.
    Pdf,
    /// A picture, such as a photograph of a table.
    Image,
    /// An archive that can't be looked into (.rar, .7z).
    Archive,
    /// A shortcut to a file.
    Shortcut,
    /// What Excel keeps beside a workbook that is open (`~$…`).
    Lock,
    /// None of these.
    Unknown,
}

impl Foreign {
    /// The stable code, what it is, and one thing to do.
    fn explained(self) -> (&'static str, Text, Text) {
        let save = || {
            text!(
                "mở bằng Excel, chọn Tệp (File) > Lưu như (Save As) > Excel Workbook (*.xlsx), rồi dùng tệp mới",
                "open it in Excel, choose File > Save As > Excel Workbook (*.xlsx), and use the new file"
            )
        };
        let choose = || {
            text!(
                "chọn đúng sổ tính Excel đã điền số liệu",
                "choose the Excel workbook that was filled in"
            )
        };
        let figures = || {
            text!(
                "xin tệp Excel gốc, hoặc nhập lại bảng vào sổ tính trống của mẫu",
                "ask for the original Excel file, or type the table into the pack's blank workbook"
            )
        };
        match self {
            Self::OldOffice | Self::OtherOffice => (
                "tep/khong-phai-excel",
                text!("một loại tệp Office khác", "another kind of Office file"),
                choose(),
            ),
            Self::Html => (
                "tep/trang-web",
                text!(
                    "trang web (HTML) mang tên tệp Excel",
                    "a web page (HTML) under an Excel name"
                ),
                save(),
            ),
            Self::WebArchive => (
                "tep/trang-web",
                text!(
                    "trang web lưu thành một tệp (MHTML)",
                    "a web page saved as a single file (MHTML)"
                ),
                save(),
            ),
            Self::PlainText => (
                "tep/van-ban-thuan",
                text!("tệp văn bản thuần (như CSV)", "plain text (such as CSV)"),
                text!(
                    "trong Excel, chọn Dữ liệu (Data) > Từ Văn bản/CSV (From Text/CSV), chọn tệp này, bấm Tải (Load), rồi Tệp (File) > Lưu như (Save As) > Excel Workbook (*.xlsx)",
                    "in Excel, choose Data > From Text/CSV, select this file, click Load, then File > Save As > Excel Workbook (*.xlsx)"
                ),
            ),
            Self::XmlSpreadsheet => (
                "tep/xml-2003",
                text!("bảng tính XML 2003", "an XML Spreadsheet 2003"),
                save(),
            ),
            Self::FlatOpenDocument => (
                "tep/opendocument",
                text!("OpenDocument dạng một tệp XML (.fods)", "flat OpenDocument XML (.fods)"),
                text!(
                    "mở bằng LibreOffice, chọn Tệp (File) > Lưu dạng (Save As) > ODF Spreadsheet (.ods), rồi dùng tệp mới",
                    "open it in LibreOffice, choose File > Save As > ODF Spreadsheet (.ods), and use the new file"
                ),
            ),
            Self::Numbers => (
                "tep/numbers",
                text!("tệp Numbers của máy Mac", "a file of Apple Numbers"),
                text!(
                    "mở bằng Numbers, chọn Tệp (File) > Xuất sang (Export To) > Excel, rồi dùng tệp mới",
                    "open it in Numbers, choose File > Export To > Excel, and use the new file"
                ),
            ),
            Self::GoogleSheet => (
                "tep/google-trang-tinh",
                text!(
                    "đường dẫn tới Google Trang tính, không có số liệu bên trong",
                    "a link to Google Sheets without any figures in it"
                ),
                text!(
                    "mở bằng Google Trang tính, chọn Tệp (File) > Tải xuống (Download) > Microsoft Excel (.xlsx), rồi dùng tệp mới",
                    "open it in Google Sheets, choose File > Download > Microsoft Excel (.xlsx), and use the new file"
                ),
            ),
            Self::Rtf => ("tep/rtf", text!("văn bản RTF", "Rich Text (RTF)"), figures()),
            Self::Pdf => ("tep/pdf", text!("tệp PDF", "a PDF"), figures()),
            Self::Image => ("tep/anh", text!("tệp ảnh", "a picture"), figures()),
            Self::Archive => (
                "tep/nen",
                text!("tệp nén (.rar, .7z)", "an archive (.rar, .7z)"),
                text!(
                    "giải nén tệp này, rồi dùng sổ tính ở bên trong",
                    "extract it, and use the workbook in it"
                ),
            ),
            Self::Shortcut => (
                "tep/loi-tat",
                text!("lối tắt trỏ tới tệp khác", "a shortcut to another file"),
                text!(
                    "bấm chuột phải vào lối tắt, chọn Mở vị trí tệp (Open file location), rồi dùng sổ tính ở đó",
                    "right-click the shortcut, choose Open file location, and use the workbook there"
                ),
            ),
            Self::Lock => (
                "tep/tam",
                text!(
                    "tệp tạm của Excel khi một sổ tính đang mở (~$…)",
                    "a temporary file that Excel keeps while a workbook is open (~$…)"
                ),
                text!(
                    "lưu và đóng sổ tính trong Excel, rồi dùng tệp cùng tên không có ~$",
                    "save and close the workbook in Excel, and use the file of the same name without ~$"
                ),
            ),
            Self::Unknown => (
                "tep/khong-ro",
                text!("một loại tệp không nhận ra được", "a kind of file that is unknown"),
                choose(),
            ),
        }
    }
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
            // Only writing is refused.
            opc::Error::Refused(reason) => Self::Damaged(reason.en),
            opc::Error::Missing(part) => Self::Damaged(part),
            // What is no archive was refused before by its first bytes; this is the beginning of one.
            opc::Error::Foreign(_) => Self::Cut,
        }
    }

    /// The stable code, `tep/…`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "tep/rong",
            Self::Zeros => "tep/toan-so-khong",
            Self::OldExcel => "tep/xls-cu",
            Self::Password => "tep/mat-khau",
            Self::Foreign(foreign) => foreign.explained().0,
            Self::Workbooks(_) => "tep/nen",
            Self::Cut | Self::Damaged(_) => "tep/hong",
            Self::TooLarge(_) => "tep/qua-lon",
        }
    }

    /// What is needed, then what was found.
    pub fn text(&self) -> Text {
        match self {
            Self::Empty => text!("tệp rỗng, không có nội dung nào", "the file is empty"),
            Self::Zeros => text!(
                "tệp chỉ toàn số 0, nội dung đã mất khi chép hoặc do lỗi ổ đĩa",
                "the file holds only zeros; its content was lost in copying or by a disk fault"
            ),
            Self::Cut => text!(
                "tệp bị cụt, có thể chưa chép hay tải xong",
                "the file is cut short; perhaps copying or downloading did not end"
            ),
            Self::OldExcel => needed(&text!("tệp Excel 4 (.xlw) quá cũ", "one of Excel 4 (.xlw), too old")),
            Self::Password => text!(
                "tệp có đặt mật khẩu mở nên không đọc được",
                "the workbook has a password and can't be read"
            ),
            Self::Foreign(foreign) => needed(&foreign.explained().1),
            Self::Workbooks(names) => {
                let names = listed(names);
                needed(&text!("tệp nén chứa {names}", "an archive that holds {names}"))
            }
            Self::Damaged(reason) => text!("sổ tính bị hỏng ({reason})", "the workbook is damaged ({reason})"),
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
            Self::Empty | Self::Zeros | Self::Cut => {
                text!("chép lại hoặc xin lại tệp", "copy the file again or ask for it")
            }
            Self::OldExcel => Foreign::Html.explained().2,
            Self::Password => text!(
                "mở bằng Excel, chọn Tệp (File) > Thông tin (Info) > Bảo vệ Sổ làm việc (Protect Workbook) > Mã hóa bằng Mật khẩu (Encrypt with Password), xóa mật khẩu rồi lưu",
                "open it in Excel, choose File > Info > Protect Workbook > Encrypt with Password, clear it and save"
            ),
            Self::Foreign(foreign) => foreign.explained().2,
            Self::Workbooks(_) => text!(
                "bấm chuột phải vào tệp, chọn Giải nén Tất cả (Extract All), rồi dùng từng sổ tính ở bên trong",
                "right-click the file, choose Extract All, and use each workbook in it"
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

/// What is needed, then what was found.
fn needed(found: &Text) -> Text {
    let (vi, en) = (&found.vi, &found.en);
    text!(
        "cần một sổ tính (.xlsx, .xls, .xlsb, .ods), đây là {vi}",
        "a workbook is needed (.xlsx, .xls, .xlsb, .ods), this is {en}"
    )
}

/// The first names of a list, and that there are more.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    const LENGTH: usize = 60;
    let quoted = |name: &String| format!("“{}”", name.chars().take(LENGTH).collect::<String>());
    let mut list = names.iter().take(SHOWN).map(quoted).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        list.push('…');
    }
    list
}
