//! What a text is compiled to: a tree of nodes over byte ranges of its source.
//!
//! Blocks, values and what is made anew each time are nodes; all else is [`Raw`], bytes that are copied.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::compile::PartFault;
use super::expression::Expr;
use super::part::SpotKind;
use super::print::Printer;
use super::section::Orientation;
use super::used::Used;

/// A node of a compiled text.
#[derive(Clone, Debug)]
pub enum Node {
    /// Bytes of the source.
    Raw(Raw),
    /// Markup that was not in the source.
    Markup(String),
    /// A value.
    Print(Box<Print>),
    /// `#each`
    Each {
        /// The list.
        list: Expr,
        /// Items are texts of a list sheet: `this` is the text.
        texts: bool,
        /// For each item.
        body: Vec<Node>,
        /// When there is none.
        otherwise: Vec<Node>,
        /// Ids of lists that start anew with each item.
        restarts: Vec<String>,
    },
    /// All records that the document is made of, each with a section of its own at its end.
    Records {
        /// Items are texts of a list sheet: `this` is the text.
        texts: bool,
        /// For each record.
        body: Vec<Node>,
        /// Ids of lists that start anew with each record.
        restarts: Vec<String>,
    },
    /// `#if` and `#unless`
    If {
        /// What is asked.
        condition: Expr,
        /// `includeZero=`
        zero_counts: Option<bool>,
        /// `#unless`
        negated: bool,
        /// When it holds.
        body: Vec<Node>,
        /// When not.
        otherwise: Vec<Node>,
    },
    /// `#with`
    With {
        /// What becomes `this`.
        value: Expr,
        /// When it is there.
        body: Vec<Node>,
        /// When not.
        otherwise: Vec<Node>,
    },
    /// A paragraph that vanishes when it prints nothing, but for its bookmarks and the like; one that stays has none.
    Paragraph(Vec<Node>, Option<Vec<Range<usize>>>),
    /// The content of a cell, header or text box, which must end with a paragraph.
    Story(Vec<Node>),
    /// A drawing that shows a picture, and its source; its frame stays empty when there is none.
    Drawing(Box<PictureCall>, Vec<Node>, Range<usize>),
    /// A row that vanishes when it has no cell.
    Row(Vec<Node>),
    /// A cell that vanishes when all its columns are gone.
    Cell(Vec<Node>, Range<usize>),
    /// A table that vanishes when it has no row; blocks over its columns, and the widths of its grid.
    Table(Vec<Node>, Option<Box<Grid>>),
    /// Something made anew each time.
    Fresh(Fresh),
    /// The mark of a cell that goes on with the one above: the value that must stay the same.
    MergeDown(Box<Print>, bool),
    /// A section ends here, by a tag: its properties, and how the pages after it lie.
    SectionBreak(Range<usize>, Option<Orientation>),
}

/// Something made anew each time it is written; ranges are of the source.
#[derive(Clone, Debug, PartialEq)]
pub enum Fresh {
    /// An id that must be unique.
    Identity(SpotKind, Range<usize>),
    /// The source, the first time only.
    Once(Range<usize>),
    /// The id of a list that may start anew.
    Numbering(Range<usize>),
    /// An empty paragraph, when a table was written last.
    Gap,
    /// The same at the end of the body, unless a table may end it; one in any case when the body has no paragraph at all.
    End(bool),
    /// A column of the grid of the innermost table.
    GridColumn(usize),
    /// The width of a cell by its columns, and as written.
    CellWidth(Range<usize>, u32),
    /// How many columns a cell spans.
    GridSpan(Range<usize>),
    /// A section's properties, after the section breaks before it.
    Section(Range<usize>),
    /// The id of a relationship to the address that a template gives.
    Link(usize),
    /// A table row begins in which cells may go on with those above.
    Row,
    /// The mark of a cell merged with others of its column: column, group of merged cells, whether it is the first.
    VerticalMerge(usize, usize, bool),
    /// The id of the relationship to the picture of the drawing around.
    Picture,
    /// The width of that picture in a frame of a width and height, in English Metric Units.
    Width(u64, u64),
    /// Its height.
    Height(u64, u64),
}

/// A picture that a tag asks for.
#[derive(Clone, Debug)]
pub struct PictureCall {
    /// Its name, or the field of the cell that it lies on.
    pub source: Expr,
    /// That field: sheet and column.
    pub field: Option<(usize, usize)>,
    /// `width=`, in millimetres.
    pub width: Option<f64>,
    /// `height=`, in millimetres.
    pub height: Option<f64>,
    /// `optional=true`: what is there stays when there is no such picture.
    pub is_optional: bool,
}

/// The columns of a table that come and go.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Widths of the columns, in twentieths of a point.
    pub widths: Vec<u32>,
    /// Blocks over columns.
    pub blocks: Vec<GridBlock>,
}

/// A block over columns: how often they are there.
#[derive(Clone, Debug)]
pub struct GridBlock {
    /// Its columns.
    pub columns: Range<usize>,
    /// Its opening tag as written.
    pub written: String,
    /// A list, or a condition.
    pub head: Expr,
    /// Whether the columns are there for each item of a list; once otherwise.
    pub is_loop: bool,
    /// `#unless`
    pub negated: bool,
    /// `includeZero=`
    pub zero_counts: Option<bool>,
}

/// The address of a hyperlink that holds tags.
#[derive(Clone, Debug)]
pub struct Link {
    /// The address as text, not percent-encoded.
    pub source: String,
    /// Its nodes over that text.
    pub nodes: Vec<Node>,
    /// The relationship in the template.
    pub relationship: String,
    /// Where its id stands in the source.
    pub position: usize,
}

/// A piece of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// Its bytes.
    pub range: Range<usize>,
    /// Whether it shows text.
    pub shows: bool,
    /// Whether a table row begins in it.
    pub row: bool,
    /// Whether a paragraph begins in it.
    pub paragraph: bool,
    /// Whether it leaves a table right behind it; `None` when it says nothing of that.
    pub table: Option<bool>,
}

impl Raw {
    /// A piece of the source that shows nothing by itself.
    pub fn of(range: Range<usize>) -> Self {
        Self {
            range,
            shows: false,
            row: false,
            paragraph: false,
            table: Some(false),
        }
    }
}

/// A value to print.
#[derive(Clone, Debug)]
pub struct Print {
    /// The value.
    pub expr: Expr,
    /// How it prints.
    pub printer: Printer,
    /// The schema's sheet and field, when it is one.
    pub field: Option<(usize, usize)>,
    /// Printed when the value is missing, if the field has its own wording.
    pub empty: Option<String>,
    /// Whether it is text of several lines, each of which becomes a paragraph.
    pub is_long: bool,
    /// Whether it is a date.
    pub is_date: bool,
    /// Whether it is yes or no.
    pub is_flag: bool,
    /// Whether it is a hyperlink.
    pub is_link: bool,
    /// The tag as it was written.
    pub written: String,
    /// The picture, when it is one.
    pub picture: Option<Box<PictureCall>>,
    /// What is around the text.
    pub place: PrintPlace,
    /// What few have.
    pub extra: Option<Box<Extra>>,
}

/// What few values have that are printed.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Printed before a value that is there.
    pub before: String,
    /// Printed after it.
    pub after: String,
    /// What is shown for a value: the items of a drop-down.
    pub shown: Vec<(String, String)>,
    /// Printed only when the cell does not go on with the one above, by the number of its mark.
    pub merge: Option<usize>,
}

/// Where a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintPlace {
    /// In the text of a run; the number of its shape.
    Run(usize),
    /// In the value of an attribute.
    Attribute,
    /// In plain text.
    Plain,
    /// In the code of a field.
    Code,
}

/// What is around a text in a run: what must be closed and opened again to put something beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Closes text and run.
    pub close: String,
    /// Opens them again.
    pub open: String,
    /// The run's properties; empty when it has none.
    pub properties: String,
    /// What is around the run up to its paragraph; `None` when the paragraph can't be divided there.
    pub paragraph: Option<ParagraphShape>,
    /// Whether comments can be put here: not in headers, notes and text boxes.
    pub takes_comments: bool,
}

/// What is around a run up to its paragraph.
#[derive(Clone, Debug, PartialEq)]
pub struct ParagraphShape {
    /// Closes what is around the run, not the paragraph.
    pub close: String,
    /// Opens it again.
    pub open: String,
    /// The paragraph's properties without those of a section; empty when it has none.
    pub properties: String,
    /// Whether the tag is all that the paragraph holds, so that it may begin as another one.
    pub is_alone: bool,
}

/// A compiled part.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// Its nodes; empty when the part has no tag.
    pub nodes: Vec<Node>,
    /// What is around the values that are printed in runs.
    pub shapes: Vec<Shape>,
    /// Addresses of hyperlinks.
    pub links: Vec<Link>,
    /// Whether something in it is repeated that has ids.
    pub has_identities: bool,
    /// Whether lists may start anew, or may be made of long texts.
    pub has_lists: bool,
    /// Whether values may become hyperlinks.
    pub has_hyperlinks: bool,
    /// Whether pictures are asked for, and their names as far as the tags say them.
    pub pictures: Option<BTreeSet<String>>,
    /// Relationships to pictures that are shown only where tags give others.
    pub replaced: BTreeSet<String>,
    /// The fields of the schema that it uses.
    pub used: Used,
    /// By their number, tags that call helpers of the pack: the names of these, and the place to tell when one fails.
    pub calls: BTreeMap<usize, (BTreeSet<String>, PartFault)>,
}

impl Compiled {
    /// Whether filling it may add relationships to the part.
    pub fn adds_relationships(&self) -> bool {
        !self.links.is_empty() || self.has_hyperlinks || self.pictures.is_some()
    }
}
