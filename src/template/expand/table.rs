//! `{{table list}}`: a Word table from the declared columns of a sheet, as ordinary tags.
//!
//! In: columns and how the text around looks. Out: a `w:tbl` with a header row that repeats on each page, one row in an
//! `#each`, and a row of sums if wished for. The layout is that of tables in Decree 30 reports: as wide as the text, single
//! lines, no gaps and no first-line indent in the cells. Font and size are those of the paragraph the tag stood in.

use docx_rs::{
    AlignmentType, BuildXML, LineSpacing, LineSpacingType, Paragraph, Run, SpecialIndentType, TableBorder,
    TableBorderPosition, TableBorders, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType, WidthType,
};

use crate::opc;
use crate::schema::Field;
use crate::value::Type;
use crate::wml::{self, Element, Node};

/// A column of the table.
#[derive(Clone, Debug)]
pub struct Column<'s> {
    /// What it shows.
    pub field: &'s Field,
    /// The tag of its cells: `cap`, or `this` for the items of a list sheet.
    pub tag: &'s str,
}

/// The tag of an item of a list sheet, which is always there.
pub const THIS: &str = "this";

/// What the tag asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// A first column with the row's number.
    pub number: bool,
    /// A header row.
    pub header: bool,
    /// A last row with sums.
    pub total: bool,
}

/// How the text around the table looks.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Width to fill, in twips; `None` where it is not known, as in text boxes: the table then fits itself in.
    pub width: Option<usize>,
    /// Style of the paragraph in which the tag stood.
    pub style: Option<String>,
    /// Whether the template has the styles that `build` gives to the tables of a text source.
    pub has_table_styles: bool,
    /// Run properties of the tag: font, size and colour are taken over.
    pub run: Option<Element>,
}

impl Look {
    fn size(&self) -> usize {
        let own = self.run.as_ref().and_then(|run| run.child("w:sz")?.attribute("w:val"));
        let own = own.and_then(|size| size.parse::<usize>().ok());
        own.unwrap_or(SIZES[usize::from(!self.has_table_styles)]).clamp(8, 96)
    }
}

/// Styles of tables in templates made from a text source: header cells, other cells.
pub const STYLES: [&str; 2] = ["DauBang", "OBang"];

/// Width of the text in A4 with the margins of Decree 30: 160 mm.
const TEXT_WIDTH: usize = 9_071;
/// Left and right of a cell's text: 1.5 mm.
const PADDING: usize = 85;
/// The width of a bold letter for each half-point of its size, in tenths of a twip, on average.
const LETTER: usize = 53;
/// Sizes of letters, in half-points, where the tag does not say: in the styles for tables, in running text.
const SIZES: [usize; 2] = [24, 28];

/// Whether sums of a column's values mean something.
pub fn is_summable(field: &Field) -> bool {
    matches!(field.ty, Type::Integer | Type::Decimal | Type::Count)
}

/// The table. `list` is the list's expression as it stands in a tag.
pub fn build(columns: &[Column<'_>], list: &str, wishes: Wishes, look: &Look) -> Result<Element, opc::Error> {
    let widths = widths(columns, wishes.number, look.width.unwrap_or(TEXT_WIDTH), look.size());
    let mut rows = Vec::new();
    if wishes.header {
        rows.push(header(columns, wishes.number, &widths, look));
    }
    rows.push(row(columns, list, wishes.number, &widths, look));
    if wishes.total {
        rows.push(total(columns, list, wishes.number, &widths, look));
    }
    let table = docx_rs::Table::new(rows)
        .set_grid(widths.clone())
        .indent(0)
        .margins(TableCellMargins::new().margin(0, PADDING, 0, PADDING))
        .set_borders(borders());
    let table = match look.width {
        Some(width) => table.width(width, WidthType::Dxa).layout(TableLayoutType::Fixed),
        // Fiftieths of a percent.
        None => table.width(5_000, WidthType::Pct).layout(TableLayoutType::Autofit),
    };
    let mut table = wml::parse(&table.build())?;
    if let (true, Some(row)) = (
        wishes.header,
        table.elements_mut().find(|element| element.name == "w:tr"),
    ) {
        row.child_or_new("w:trPr").child_or_new("w:tblHeader");
    }
    if let Some(run) = &look.run {
        dress(&mut table, run);
    }
    wml::tidy(&mut table);
    Ok(table)
}

/// Single lines of 0.5 pt around every cell, in the colour of the text.
fn borders() -> TableBorders {
    use TableBorderPosition::{Bottom, InsideH, InsideV, Left, Right, Top};
    [Top, Left, Bottom, Right, InsideH, InsideV]
        .into_iter()
        .fold(TableBorders::with_empty(), |borders, position| {
            borders.set(TableBorder::new(position).size(4).color("auto"))
        })
}

/// Gives all runs the font, size and colour of another.
fn dress(table: &mut Element, run: &Element) {
    const TAKEN: [&str; 5] = ["w:rFonts", "w:color", "w:sz", "w:szCs", "w:lang"];
    let taken: Vec<Element> = run
        .elements()
        .filter(|property| TAKEN.contains(&property.name.as_str()))
        .cloned()
        .collect();
    table.change(&mut |element| {
        if element.name == "w:r" {
            if element.child("w:rPr").is_none() {
                element.children.insert(0, Node::Element(Element::new("w:rPr", &[])));
            }
            let properties = element.child_or_new("w:rPr");
            properties.children.extend(taken.iter().cloned().map(Node::Element));
        }
    });
}

/// A paragraph in a cell: plain, whatever the style around asks for.
fn paragraph(look: &Look, head: bool, alignment: AlignmentType) -> Paragraph {
    let paragraph = Paragraph::new();
    let paragraph = if look.has_table_styles {
        paragraph.style(STYLES[usize::from(!head)])
    } else {
        let paragraph = match &look.style {
            Some(style) => paragraph.style(style),
            None => paragraph,
        };
        paragraph
            .line_spacing(
                LineSpacing::new()
                    .before(0)
                    .after(0)
                    .line(240)
                    .line_rule(LineSpacingType::Auto),
            )
            .indent(Some(0), Some(SpecialIndentType::FirstLine(0)), Some(0), None)
    };
    let paragraph = paragraph.align(alignment);
    if head { paragraph.keep_next(true) } else { paragraph }
}

fn cell(width: usize, paragraphs: Vec<Paragraph>) -> TableCell {
    paragraphs
        .into_iter()
        .fold(TableCell::new(), TableCell::add_paragraph)
        .width(width, WidthType::Dxa)
        .vertical_align(VAlignType::Center)
}

fn text(text: &str, bold: bool) -> Run {
    let run = Run::new().add_text(text);
    if bold { run.bold() } else { run }
}

/// The words of a label, which are no tags whatever they hold.
fn words(label: &str) -> String {
    label.replace("{{", "\\{{")
}

fn header(columns: &[Column<'_>], number: bool, widths: &[usize], look: &Look) -> TableRow {
    let head = |run: Run| paragraph(look, true, AlignmentType::Center).add_run(run);
    let labels = columns.iter().map(|column| {
        let mut paragraphs = vec![head(text(&words(&column.field.label), true))];
        if let Some(unit) = &column.field.unit {
            let mut run = Run::new().add_text(words(&format!("({unit})"))).italic();
            if look.has_table_styles {
                run = run.disable_bold();
            }
            paragraphs.push(head(run));
        }
        paragraphs
    });
    let first = number.then(|| vec![head(text("TT", true))]);
    let cells = first.into_iter().chain(labels).zip(widths);
    TableRow::new(cells.map(|(paragraphs, width)| cell(*width, paragraphs)).collect()).cant_split()
}

/// Texts left, numbers right, what is short by nature centred.
fn alignment(field: &Field) -> AlignmentType {
    match field.ty {
        Type::Text | Type::LongText | Type::Choice => AlignmentType::Left,
        Type::Integer | Type::Decimal | Type::Percent => AlignmentType::Right,
        Type::Count | Type::Date | Type::Year | Type::Flag => AlignmentType::Center,
    }
}

/// The tags of a column's cells. What is missing leaves its cell blank, as in any table, unless the field has its own
/// wording for it.
fn value(column: &Column<'_>) -> String {
    let Column { field, tag } = column;
    if field.required || field.empty.is_some() || *tag == THIS {
        format!("{{{{{tag}}}}}")
    } else if field.ty == Type::Flag {
        format!("{{{{default {tag} \"\"}}}}")
    } else {
        // The tag itself keeps what was bold in the workbook's cell; the last one keeps the paragraph of a blank cell.
        format!("{{{{#if {tag}}}}}{{{{{tag}}}}}{{{{/if}}}}{{{{concat \"\"}}}}")
    }
}

fn row(columns: &[Column<'_>], list: &str, number: bool, widths: &[usize], look: &Look) -> TableRow {
    let values = columns.iter().map(|column| (value(column), alignment(column.field)));
    let first = number.then(|| ("{{@number}}".to_owned(), AlignmentType::Center));
    let mut cells: Vec<(String, AlignmentType)> = first.into_iter().chain(values).collect();
    if let Some((opening, _)) = cells.first_mut() {
        opening.insert_str(0, &format!("{{{{#each {list} over=\"row\"}}}}"));
    }
    if let Some((closing, _)) = cells.last_mut() {
        closing.push_str("{{/each}}");
    }
    let cells = cells.into_iter().zip(widths).map(|((tags, alignment), width)| {
        let paragraph = paragraph(look, false, alignment).add_run(text(&tags, false));
        cell(*width, vec![paragraph])
    });
    TableRow::new(cells.collect()).cant_split()
}

fn total(columns: &[Column<'_>], list: &str, number: bool, widths: &[usize], look: &Look) -> TableRow {
    let first = columns
        .iter()
        .position(|column| is_summable(column.field))
        .unwrap_or(columns.len());
    let spanned = first + usize::from(number);
    let mut cells = Vec::new();
    if spanned > 0 {
        let label = paragraph(look, false, AlignmentType::Center).add_run(text("Tổng cộng", true));
        let label = cell(widths[..spanned].iter().sum(), vec![label]);
        cells.push(if spanned > 1 { label.grid_span(spanned) } else { label });
    }
    for (column, width) in columns[first..].iter().zip(&widths[spanned..]) {
        let mut paragraph = paragraph(look, false, alignment(column.field));
        if is_summable(column.field) {
            let sum = format!("{{{{default (sum {list} \"{}\") \"\"}}}}", column.field.id);
            paragraph = paragraph.add_run(text(&sum, true));
        }
        cells.push(cell(*width, vec![paragraph]));
    }
    TableRow::new(cells).cant_split()
}

/// What a column needs, in letters.
#[derive(Clone, Copy)]
struct Need {
    /// The longest word of its header.
    word: usize,
    /// Its values, so that they need not be broken too often.
    values: usize,
    /// Whether more room does it good.
    is_text: bool,
}

fn need(field: &Field) -> Need {
    let longest_word = |text: &str| text.split_whitespace().map(|word| word.chars().count()).max();
    let unit = field.unit.as_deref().unwrap_or_default();
    let word = longest_word(&field.label).max(longest_word(unit)).unwrap_or_default();
    let word = word.clamp(3, 14);
    let values = match (field.width, field.ty) {
        (Some(width), _) => width.clamp(3.0, 60.0) as usize,
        (None, Type::Text) => 22,
        (None, Type::LongText) => 36,
        (None, Type::Choice) => {
            let longest = field.choices.iter().map(|choice| choice.value.chars().count()).max();
            longest.unwrap_or_default().clamp(6, 22)
        }
        (None, Type::Integer | Type::Decimal | Type::Date) => 11,
        (None, Type::Percent | Type::Count | Type::Flag) => 8,
        (None, Type::Year) => 6,
    };
    let label = field.label.chars().count().div_ceil(2).min(14);
    Need {
        word,
        values: values.max(label).max(word),
        is_text: matches!(field.ty, Type::Text | Type::LongText | Type::Choice),
    }
}

/// The width of each column: enough for the longest word of its header, then for its values; what is left goes to the
/// texts. `size` is that of the letters, in half-points.
fn widths(columns: &[Column<'_>], number: bool, width: usize, size: usize) -> Vec<usize> {
    let twips = |letters: usize| letters * size * LETTER / 10 + 2 * PADDING;
    let first = number.then_some(Need {
        word: 3,
        values: 3,
        is_text: false,
    });
    let needs: Vec<Need> = first
        .into_iter()
        .chain(columns.iter().map(|column| need(column.field)))
        .collect();
    let of = |letters: &dyn Fn(&Need) -> usize| needs.iter().map(|need| twips(letters(need))).collect::<Vec<_>>();
    let whole = |widths: &[usize]| widths.iter().sum::<usize>();
    let words = of(&|need| need.word);
    let wanted = of(&|need| need.values);
    if whole(&words) >= width {
        // Too many columns for their headers: squeezed alike.
        return shared(width, &words);
    }
    if whole(&wanted) >= width {
        let more: Vec<usize> = wanted.iter().zip(&words).map(|(wanted, word)| wanted - word).collect();
        return sums(&words, &shared(width - whole(&words), &more));
    }
    let texts: Vec<usize> = needs
        .iter()
        .zip(&wanted)
        .map(|(need, wanted)| if need.is_text { *wanted } else { 0 })
        .collect();
    let takers = if whole(&texts) > 0 { &texts } else { &wanted };
    sums(&wanted, &shared(width - whole(&wanted), takers))
}

fn sums(left: &[usize], right: &[usize]) -> Vec<usize> {
    left.iter().zip(right).map(|(left, right)| left + right).collect()
}

/// A width shared out in the proportion of some parts, nothing lost by rounding.
fn shared(width: usize, parts: &[usize]) -> Vec<usize> {
    let whole = parts.iter().sum::<usize>().max(1);
    let mut before = 0;
    let share = |part: &usize| {
        let start = width * before / whole;
        before += part;
        width * before / whole - start
    };
    parts.iter().map(share).collect()
}
