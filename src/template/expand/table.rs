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
use crate::value::{Type, Value};
use crate::vietnamese;
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
/// Sizes of letters, in half-points, where the tag does not say: in the styles for tables, in running text.
const SIZES: [usize; 2] = [24, 28];

/// Whether sums of a column's values mean something.
pub fn is_summable(field: &Field) -> bool {
    matches!(field.ty, Type::Integer | Type::Decimal | Type::Count)
}

/// The table. `list` is the list's expression as it stands in a tag.
pub fn build(columns: &[Column<'_>], list: &str, wishes: Wishes, look: &Look) -> Result<Element, opc::Error> {
    let widths = widths(columns, wishes, look.width.unwrap_or(TEXT_WIDTH), look.size());
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

/// What a column needs, in thousandths of the letters' size.
#[derive(Clone, Copy)]
struct Need {
    /// What must not be broken: the longest word of its header, a figure or date, the usual word of a text.
    least: usize,
    /// Room for its usual values in two lines.
    values: usize,
    /// The same, and for its header in three.
    fair: usize,
    /// Room for its usual values in one line, and for its header in two.
    wanted: usize,
    /// Whether more room does it good.
    is_text: bool,
}

/// The width of a letter in Times New Roman, bold, in thousandths of its size; a little more for marks over it.
fn letter(letter: char) -> usize {
    let base = vietnamese::fold(letter.encode_utf8(&mut [0; 4]));
    match base.chars().next().unwrap_or(letter) {
        ' ' | '.' | ',' | ':' | ';' => 250,
        '/' | '-' | '(' | ')' => 333,
        '0'..='9' => 500,
        'i' if letter.is_uppercase() => 400,
        'm' | 'w' if letter.is_uppercase() => 960,
        _ if letter.is_uppercase() => 740,
        'm' | 'w' => 840,
        'i' | 'j' | 'l' | 't' | 'f' => 340,
        'r' | 's' | 'c' | 'e' => 450,
        _ => 560,
    }
}

fn length(text: &str) -> usize {
    text.chars().map(letter).sum()
}

/// The same of letters that are not bold.
fn plain(length: usize) -> usize {
    length * 9 / 10
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(length).max().unwrap_or_default()
}

/// The least width in which a text goes into so many lines.
fn in_lines(text: &str, lines: usize) -> usize {
    // Beyond that nobody writes a header, and no column is as wide.
    let words: Vec<usize> = text.split_whitespace().take(24).map(length).collect();
    let space = letter(' ');
    let of = |words: &[usize]| words.iter().sum::<usize>() + space * words.len().saturating_sub(1);
    let fits = |width: usize| {
        let (mut used, mut full) = (0, 0);
        for &word in &words {
            if full > 0 && full + space + word <= width {
                full += space + word;
            } else {
                used += 1;
                full = word;
            }
        }
        used <= lines
    };
    let pieces = (0..words.len()).flat_map(|from| (from..words.len()).map(move |to| (from, to)));
    let widths = pieces.map(|(from, to)| of(&words[from..=to]));
    let longest = words.iter().copied().max().unwrap_or_default();
    widths
        .filter(|&width| width >= longest && fits(width))
        .min()
        .unwrap_or(longest)
}

/// The width in which a text of a word or two is whole, and a longer one goes into two lines.
fn in_short_lines(text: &str) -> usize {
    match length(text) {
        whole if whole <= 12 * LETTER => whole,
        _ => in_lines(text, 2),
    }
}

/// A usual value of a text column, by what its header says it holds: a person's name, the name of an office or work.
fn usual_text(label: &str) -> &'static str {
    let label = vietnamese::fold(label);
    let begins = |words: &[&str]| words.iter().any(|word| label.starts_with(word));
    match () {
        () if begins(&["ho va ten", "ho ten", "ho, ten", "ten ca nhan"]) => "Nguyễn Thị Minh Phượng",
        () if begins(&["ten", "don vi", "co quan", "dia chi", "noi", "to chuc", "tap the"]) => {
            "Trường Trung học cơ sở Tân Hoà"
        }
        () => "Ấp Tân Thuận, xã Tân Hoà",
    }
}

/// The widest figure of a column.
fn widest_figure(field: &Field, is_summed: bool) -> usize {
    let of_max = field.max.map(|max| field.print(&Value::Number(max)));
    // A sum has a digit more.
    let more = if is_summed && of_max.is_some() { letter('0') } else { 0 };
    let usual = match field.ty {
        Type::Count => "0.000",
        Type::Percent => "000,00%",
        _ => "000.000.000",
    };
    // What no one will write: the greatest number that a cell can hold.
    let most = length("000.000.000.000");
    (of_max.map_or(length(usual), |max| length(&max)) + more).min(most)
}

/// The usual width of a letter.
const LETTER: usize = 480;

fn need(field: &Field, is_summed: bool) -> Need {
    let unit = field.unit.as_ref().map(|unit| format!("({unit})")).unwrap_or_default();
    let head = longest_word(&field.label).max(longest_word(&unit));
    let example = field.example.as_deref().unwrap_or_default();
    let most = field.max_length.map_or(usize::MAX, |most| most.saturating_mul(LETTER));
    // The longest word, the values in two lines and in one.
    let values = match field.ty {
        Type::Text | Type::LongText => {
            let usual = usual_text(&field.label);
            let (fair, wanted) = match field.ty {
                Type::LongText => (24 * LETTER, 44 * LETTER),
                _ => (
                    plain(in_lines(usual, 2).max(in_lines(example, 2))),
                    plain(length(usual).max(length(example))),
                ),
            };
            let word = plain(longest_word(usual).max(longest_word(example)));
            [word, fair.min(24 * LETTER), wanted.min(48 * LETTER)].map(|width| width.min(most))
        }
        Type::Choice => {
            let longest = |of: &dyn Fn(&str) -> usize| field.choices.iter().map(|choice| of(&choice.value)).max();
            let of: [&dyn Fn(&str) -> usize; 3] = [&longest_word, &in_short_lines, &length];
            of.map(|of| plain(longest(of).unwrap_or_default()).min(30 * LETTER))
        }
        Type::Integer | Type::Decimal | Type::Percent | Type::Count => [widest_figure(field, is_summed); 3],
        Type::Date => [length("00/00/0000"); 3],
        Type::Year => [length("0000"); 3],
        Type::Flag => [length("không"); 3],
    };
    let [word, fair, wanted] = values;
    // What the pack says of the column's width in the workbook holds here, too.
    let of_pack = field
        .width
        .map(|width| (width.clamp(3.0, 60.0) * LETTER as f64) as usize);
    let wanted = of_pack.unwrap_or(wanted);
    let fair = of_pack.map_or(fair, |width| fair.min(width));
    let least = head.max(word).min(20 * LETTER);
    let header = |lines: usize| in_lines(&field.label, lines).min(18 * LETTER);
    let values = fair.max(least);
    let fair = values.max(header(3));
    Need {
        least,
        values,
        fair,
        wanted: wanted.max(header(2)).max(fair),
        is_text: matches!(field.ty, Type::Text | Type::LongText),
    }
}

/// The width of each column: enough for the words of its header and for its figures, then for its usual values in two lines
/// and in one; what is left goes to the texts. `size` is that of the letters, in half-points.
fn widths(columns: &[Column<'_>], wishes: Wishes, width: usize, size: usize) -> Vec<usize> {
    // A fiftieth more: programs round in their own ways.
    let twips = |length: usize| length * size * 51 / 5_000 + 2 * PADDING;
    let number = length("000");
    let first = wishes.number.then_some(Need {
        least: number,
        values: number,
        fair: number,
        wanted: number,
        is_text: false,
    });
    let others = columns
        .iter()
        .map(|column| need(column.field, wishes.total && is_summable(column.field)));
    let needs: Vec<Need> = first.into_iter().chain(others).collect();
    let of = |length: &dyn Fn(&Need) -> usize| needs.iter().map(|need| twips(length(need))).collect::<Vec<_>>();
    let whole = |widths: &[usize]| widths.iter().sum::<usize>();
    let least = of(&|need| need.least);
    if whole(&least) >= width {
        // Too many columns for their headers: squeezed alike.
        return shared(width, &least);
    }
    let mut have = least;
    // Values come first: there are many of them, and one header.
    for more in [of(&|need| need.values), of(&|need| need.fair), of(&|need| need.wanted)] {
        if whole(&more) >= width {
            let missing: Vec<usize> = more.iter().zip(&have).map(|(more, have)| more - have).collect();
            return sums(&have, &shared(width - whole(&have), &missing));
        }
        have = more;
    }
    let texts: Vec<usize> = needs
        .iter()
        .zip(&have)
        .map(|(need, have)| if need.is_text { *have } else { 0 })
        .collect();
    let takers = if whole(&texts) > 0 { &texts } else { &have };
    sums(&have, &shared(width - whole(&have), takers))
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

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = r#"
        field = [
          { id = "ho_ten", label = "Họ và tên", type = "text" },
          { id = "don_vi", label = "Đơn vị công tác", type = "text" },
          { id = "hinh_thuc", label = "Hình thức khen thưởng", type = "choice", choices = ["Giấy khen", "Bằng khen"] },
          { id = "tien", label = "Số tiền thưởng kèm theo", type = "integer", unit = "đồng" },
          { id = "ngay", label = "Ngày ký quyết định", type = "date" },
          { id = "nhan_xet", label = "Nhận xét", type = "long_text", width = 12 },
        ]"#;

    #[derive(serde::Deserialize)]
    struct Fields {
        field: Vec<Field>,
    }

    /// The widths of columns in thousandths of 14 pt, without what is left and right of the text.
    fn measured(ids: &[&str]) -> Vec<usize> {
        let Fields { field } = toml::from_str(FIELDS).unwrap();
        let field_of = |id: &&str| field.iter().find(|field| field.id == *id).unwrap();
        let columns: Vec<Column<'_>> = ids
            .iter()
            .map(|id| Column {
                field: field_of(id),
                tag: "x",
            })
            .collect();
        let wishes = Wishes {
            number: true,
            header: true,
            total: false,
        };
        let widths = widths(&columns, wishes, TEXT_WIDTH, 28);
        assert_eq!(widths.iter().sum::<usize>(), TEXT_WIDTH);
        widths.iter().map(|width| (width - 2 * PADDING) * 1000 / 280).collect()
    }

    #[test]
    fn no_word_of_a_header_nor_a_figure_is_broken() {
        let widths = measured(&["ho_ten", "don_vi", "hinh_thuc", "tien", "ngay"]);
        let words = ["000", "Nguyễn", "Trường", "thưởng", "000.000.000", "00/00/0000"];
        for (width, word) in widths.iter().zip(words) {
            assert!(*width >= length(word), "{word} in {width}: {widths:?}");
        }
        let name = plain(in_lines("Nguyễn Thị Minh Phượng", 2));
        assert!(widths[1] >= name, "{name}: {widths:?}");
    }

    #[test]
    fn room_goes_to_names_and_not_to_what_is_short() {
        let widths = measured(&["ho_ten", "hinh_thuc", "tien"]);
        assert!(widths[1] >= length("Nguyễn Thị Minh Phượng"), "{widths:?}");
        assert!(widths[2] < widths[1] * 2 / 3, "{widths:?}");
        let header = in_lines("Số tiền thưởng kèm theo", 2);
        assert!(widths[3] >= header, "{header}: {widths:?}");
    }

    #[test]
    fn a_width_that_the_pack_declares_is_kept() {
        let Fields { field } = toml::from_str(FIELDS).unwrap();
        let declared = need(&field[5], false);
        let mut free = field[5].clone();
        free.width = None;
        assert_eq!(declared.wanted, 12 * LETTER);
        assert!(need(&free, false).wanted > declared.wanted);
    }

    #[test]
    fn a_text_in_so_many_lines() {
        assert_eq!(in_lines("", 2), 0);
        assert_eq!(in_lines("a b c", 1), length("a b c"));
        assert_eq!(in_lines("a b c", 2), length("b c"));
        assert_eq!(in_lines("a b c", 5), length("a"));
    }
}
