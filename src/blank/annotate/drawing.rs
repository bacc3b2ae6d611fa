//! The boxes of notes: VML drawings (ECMA-376 part 4, 19), which Excel wants beside the comments.
//!
//! In: the drawing of a sheet, if there is one, and the cells. Out: the same with a hidden box for each new note, and without
//! the boxes of notes that went. Boxes of other notes, buttons and pictures keep their shapes and ids.

use std::fmt::Write;

use super::sheet::Sheet;
use super::xml::{self, Edits, Element};
use crate::diagnostic::CellRef;
use crate::opc;

/// A drawing without shapes.
pub(super) const EMPTY: &str = "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"></xml>";
/// What the shapes of notes are drawn by.
const SHAPE_TYPE: &str = "<v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>";
/// Shape ids come in blocks; `o:idmap` of a drawing names those that are its own.
const BLOCK: u32 = 1024;

/// The largest number of a block of shape ids that a drawing has.
pub(super) fn last_block(source: &str) -> u32 {
    let maps = source.split("idmap").skip(1);
    let blocks = maps.filter_map(|map| {
        let tag = format!("<idmap{}", map.split('>').next()?);
        xml::attribute(&tag, "data").map(str::to_owned)
    });
    let numbers = blocks.flat_map(|blocks| {
        blocks
            .split(',')
            .filter_map(|block| block.trim().parse().ok())
            .collect::<Vec<u32>>()
    });
    numbers.max().unwrap_or(0)
}

/// About how many lines a note takes in its box.
pub(super) fn lines(note: &str) -> usize {
    let of_line = |line: &str| line.chars().count().div_ceil(LETTERS).max(1);
    note.lines().map(of_line).sum()
}

/// Adds the boxes of new notes of so many lines, takes away those of notes that went. `last_block` is the last block of ids in use in the
/// workbook, and afterwards too.
pub(super) fn edit(
    source: &str,
    new: &[(CellRef, usize)],
    gone: &[CellRef],
    sheet: &Sheet<'_>,
    last_block: &mut u32,
) -> Result<String, opc::Error> {
    let elements = xml::outline(source, 8)?;
    let mut edits = Edits::new(source);
    for shape in elements.iter().filter(|element| element.name == "shape") {
        if note_of(source, &elements, shape).is_some_and(|cell| gone.contains(&cell)) {
            edits.replace(shape.whole.clone(), "");
        }
    }
    if new.is_empty() {
        return Ok(edits.apply());
    }
    let root = xml::root(&elements)?;
    let mut added = String::new();
    let first = *last_block + 1;
    *last_block += (new.len() as u32).div_ceil(BLOCK - 1);
    let blocks = (first..=*last_block)
        .map(|block| block.to_string())
        .collect::<Vec<_>>()
        .join(",");
    match elements.iter().find(|element| element.name == "idmap") {
        Some(map) => {
            let own = map.attribute(source, "data").unwrap_or_default();
            edits.extend(map, &[("data", &format!("{own},{blocks}"))], "");
        }
        None => added.push_str(&format!(
            "<o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{blocks}\"/></o:shapelayout>"
        )),
    }
    let has_type = |element: &Element| element.attribute(source, "id") == Some("_x0000_t202");
    if !elements.iter().any(has_type) {
        added.push_str(SHAPE_TYPE);
    }
    for (number, (cell, lines)) in new.iter().enumerate() {
        let id = first * BLOCK + number as u32 + 1 + number as u32 / (BLOCK - 1);
        shape(&mut added, id, *cell, *lines, sheet);
    }
    let known = source.get(root.tag.clone()).unwrap_or_default();
    let spaces = [
        ("xmlns:v", "urn:schemas-microsoft-com:vml"),
        ("xmlns:o", "urn:schemas-microsoft-com:office:office"),
        ("xmlns:x", "urn:schemas-microsoft-com:office:excel"),
    ];
    let missing: Vec<_> = spaces
        .into_iter()
        .filter(|(name, _)| xml::attribute(known, name).is_none())
        .collect();
    edits.extend(root, &missing, &added);
    Ok(edits.apply())
}

/// The cell whose note a shape is the box of.
fn note_of(source: &str, elements: &[Element], shape: &Element) -> Option<CellRef> {
    let first = elements.partition_point(|element| element.tag.start <= shape.tag.start);
    let inside = || {
        elements
            .iter()
            .skip(first)
            .take_while(|element| element.tag.start < shape.whole.end)
    };
    let is_note =
        |element: &Element| element.name == "ClientData" && element.attribute(source, "ObjectType") == Some("Note");
    let number = |name: &str| {
        let element = inside().find(|element| element.name == name)?;
        source.get(element.inner(source))?.trim().parse().ok()
    };
    inside().any(is_note).then_some(())?;
    Some(CellRef::new(number("Row")?, number("Column")?))
}

/// The width of a box in pixels, and about how many letters a line of it takes.
const WIDTH: u32 = 320;
const LETTERS: usize = 46;
const LINE: u32 = 18;
const MOST_LINES: usize = 30;

fn shape(out: &mut String, id: u32, cell: CellRef, lines: usize, sheet: &Sheet<'_>) {
    let height = (lines.min(MOST_LINES) as u32 + 1) * LINE;
    let (left, right) = (cell.column + 1, cell.column + 1);
    let (right, right_offset) = walk(right, WIDTH + 12, 16_383, |column| sheet.width(column));
    let top = cell.row.saturating_sub(1);
    let (bottom, bottom_offset) = walk(top, height + 6, 1_048_575, |row| sheet.height(row));
    let (points_wide, points_high) = (WIDTH * 3 / 4, height * 3 / 4);
    let _ = write!(
        out,
        "<v:shape id=\"_x0000_s{id}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:{points_wide}pt;height:{points_high}pt;z-index:1;visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 12, {top}, 6, {right}, {right_offset}, {bottom}, {bottom_offset}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{}</x:Row><x:Column>{}</x:Column></x:ClientData></v:shape>",
        cell.row, cell.column
    );
}

/// The row or column that lies so many pixels after the beginning of another, and how far into it.
fn walk(mut index: u32, mut pixels: u32, last: u32, size: impl Fn(u32) -> u32) -> (u32, u32) {
    // Hidden ones take no room; a sheet may have very many.
    for _ in 0..2_000 {
        let own = size(index);
        if pixels < own || index >= last {
            break;
        }
        pixels -= own;
        index += 1;
    }
    (index.min(last), pixels.min(size(index)))
}
