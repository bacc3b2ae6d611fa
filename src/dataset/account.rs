//! The account of a workbook's rows: which were read, which were not and why. Every row with content is in it once.

use crate::diagnostic::Text;

/// A row that gave no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The row, from 0.
    pub row: u32,
    /// Why.
    pub why: Reason,
}

/// Why a row with content gave no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It stands above the header.
    Title,
    /// It is the header, or a part of it.
    Header,
    /// It numbers the columns.
    Numbering,
    /// It is the example of a blank workbook.
    Example,
    /// It is only a heading.
    Section,
    /// It adds up other rows.
    Total,
    /// It has nothing but a running number, or dotted lines to write on.
    Unused,
    /// Its content stands outside the table's columns.
    Outside,
    /// It stands below the table: a note, the signatures.
    Below,
    /// It holds labels or explanations of a form, and no value.
    Text,
    /// Its sheet could not be read, or is none of the schema's.
    Unread,
}

/// All reasons, in the order in which people are told.
pub const REASONS: [Reason; 11] = [
    Reason::Title,
    Reason::Header,
    Reason::Numbering,
    Reason::Example,
    Reason::Section,
    Reason::Total,
    Reason::Unused,
    Reason::Outside,
    Reason::Below,
    Reason::Text,
    Reason::Unread,
];

impl Reason {
    /// What such a row is: `dòng tổng`, `total`.
    pub fn text(self) -> Text {
        let (vi, en) = match self {
            Self::Title => ("dòng trên tiêu đề", "above the header"),
            Self::Header => ("dòng tiêu đề", "header"),
            Self::Numbering => ("dòng đánh số cột", "numbering of columns"),
            Self::Example => ("dòng ví dụ", "example"),
            Self::Section => ("dòng đề mục", "heading"),
            Self::Total => ("dòng tổng", "total"),
            Self::Unused => ("dòng chỉ có số thứ tự", "running number only"),
            Self::Outside => ("dòng ngoài bảng", "outside the table"),
            Self::Below => ("dòng dưới bảng", "below the table"),
            Self::Text => ("dòng chữ không phải số liệu", "text that is no data"),
            Self::Unread => ("dòng không đọc", "not read"),
        };
        Text::new(vi, en)
    }

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Header => "header",
            Self::Numbering => "numbering",
            Self::Example => "example",
            Self::Section => "section",
            Self::Total => "total",
            Self::Unused => "unused",
            Self::Outside => "outside",
            Self::Below => "below",
            Self::Text => "text",
            Self::Unread => "unread",
        }
    }
}

/// What became of the rows of one sheet of the workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The sheet's name in the workbook.
    pub name: String,
    /// How many rows were read: records of a table or list, rows of a form with values.
    pub read: usize,
    /// How many were not, by reason, the reasons in the order of [`REASONS`].
    pub skipped: Vec<(Reason, usize)>,
    /// How many values were computed instead of read, by the label of their field.
    pub computed: Vec<(String, usize)>,
}

impl Account {
    /// The account of a sheet from its single rows.
    pub fn new(name: &str, read: usize, skipped: &[Skipped]) -> Self {
        let count = |why: Reason| skipped.iter().filter(|row| row.why == why).count();
        let skipped = REASONS.map(|why| (why, count(why)));
        Self {
            name: name.to_owned(),
            read,
            skipped: skipped.into_iter().filter(|(_, count)| *count > 0).collect(),
            computed: Vec::new(),
        }
    }

    /// One line for people: `Chỉ tiêu: đọc 12 dòng, bỏ qua 3 (1 dòng tiêu đề, 2 dòng tổng), tự tính «Tỷ lệ» 5 ô`.
    pub fn text(&self) -> Text {
        let total: usize = self.skipped.iter().map(|(_, count)| count).sum();
        let list = |lang| {
            let parts = self
                .skipped
                .iter()
                .map(|(why, count)| format!("{count} {}", why.text().get(lang)));
            parts.collect::<Vec<_>>().join(", ")
        };
        let (name, read) = (&self.name, self.read);
        let mut text = Text::new(format!("{name}: đọc {read} dòng"), format!("{name}: {read} rows read"));
        if total > 0 {
            text.vi += &format!(", bỏ qua {total} ({})", list(crate::diagnostic::Lang::Vi));
            text.en += &format!(", {total} skipped ({})", list(crate::diagnostic::Lang::En));
        }
        for (index, (label, count)) in self.computed.iter().enumerate() {
            let (vi, en) = if index == 0 {
                (" tự tính", " computed:")
            } else {
                ("", "")
            };
            text.vi += &format!(",{vi} «{label}» {count} ô");
            text.en += &format!(",{en} «{label}» {count}");
        }
        text
    }
}
