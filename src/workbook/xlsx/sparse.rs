//! The part of a sheet, without most of the cells and rows that have a format and nothing else.
//!
//! In: a part as it is inflated. Out: its bytes. A column formatted down to the last row is sixty megabytes of XML that says
//! nothing; left out while they are read, such cells cost no memory. Only what is written in the usual way is left out: a
//! cell that names its place, and a row that isn't hidden. What stays is copied byte for byte.

use std::io::{self, BufRead, Read};

use memchr::memmem;

/// How much is read and looked at in one go. The first such block is kept whole: small sheets need no second look.
const BLOCK: usize = 1 << 20;
/// A block is worth a closer look when an element without content stands in every so many of its bytes.
const FEW: usize = 96;

/// What was read of a part.
pub(super) struct Sheet {
    /// The part, without elements that say nothing.
    pub xml: Vec<u8>,
    /// How many bytes the part has, those left out included.
    pub inflated: u64,
}

/// Reads a part; `None` when something was left out that a cell after it needs to know its place: it must be read whole.
pub(super) fn read(part: &mut dyn BufRead) -> io::Result<Option<Sheet>> {
    let mut xml = Vec::new();
    let mut inflated = (&mut *part).take(BLOCK as u64).read_to_end(&mut xml)? as u64;
    let mut block = Vec::new();
    // In a comment or a CDATA section an element is none.
    let mut is_usual = memmem::find(&xml, b"<!").is_none();
    let mut row = None;
    let mut left_out = false;
    loop {
        let carried = block.len();
        let count = (&mut *part).take(BLOCK as u64).read_to_end(&mut block)?;
        inflated += count as u64;
        if count == 0 {
            break;
        }
        let opened = block.first() == Some(&b'!') && xml.last() == Some(&b'<');
        is_usual &= !opened && memmem::find(&block, b"<!").is_none();
        let empty = || memmem::find_iter(&block, b"/>").count() * FEW > block.len();
        // A tag longer than a block is none of those.
        if is_usual && carried < BLOCK && (carried > 0 || empty()) {
            let whole = leave_out(&block, &mut xml, &mut row, &mut left_out);
            block.drain(..whole);
        } else {
            row = None;
            xml.append(&mut block);
        }
    }
    xml.append(&mut block);
    let is_placed = |name: &[u8]| {
        memmem::find_iter(&xml, name)
            .filter_map(|at| xml.get(at + name.len()..))
            .all(|after| match after.first() {
                Some(b' ') => {
                    let tag = &after[..memchr::memchr(b'>', after).unwrap_or(after.len())];
                    memmem::find(tag, b" r=\"").is_some()
                }
                Some(b'>' | b'/') => false,
                _ => true,
            })
    };
    Ok((!left_out || is_placed(b"<c") && is_placed(b"<row")).then_some(Sheet { xml, inflated }))
}

/// Appends a block without its empty cells and rows; how many of its bytes were dealt with: the last tag may go on in the
/// next block. `row` is where a row begins in which nothing stands so far.
fn leave_out(block: &[u8], xml: &mut Vec<u8>, row: &mut Option<usize>, left_out: &mut bool) -> usize {
    let mut rest = block;
    while let Some(start) = memchr::memchr(b'<', rest) {
        let (text, tags) = rest.split_at(start);
        let Some(end) = memchr::memchr(b'>', tags) else {
            break;
        };
        let (tag, after) = tags.split_at(end + 1);
        rest = after;
        // What stands between rows and cells is white space.
        let is_between = text.iter().all(u8::is_ascii_whitespace);
        if is_between && (is_empty_cell(tag) || is_empty_row(tag)) {
            *left_out = true;
            continue;
        }
        if let (true, b"</row>", Some(begin)) = (is_between, tag, *row) {
            *left_out = true;
            xml.truncate(begin);
            *row = None;
            continue;
        }
        *row = is_shown_row(tag).then_some(xml.len());
        xml.extend_from_slice(text);
        xml.extend_from_slice(tag);
    }
    block.len() - rest.len()
}

/// Whether a tag is a cell with a place, perhaps a format, and nothing else.
fn is_empty_cell(tag: &[u8]) -> bool {
    let Some(tag) = tag.strip_prefix(b"<c r=\"").and_then(|tag| tag.strip_suffix(b"/>")) else {
        return false;
    };
    let skip = |tag: &[u8], is_in: fn(&u8) -> bool| tag.iter().take_while(|byte| is_in(byte)).count();
    let letters = skip(tag, u8::is_ascii_uppercase);
    let digits = skip(&tag[letters..], u8::is_ascii_digit);
    let after = &tag[letters + digits..];
    let Some(format) = after.strip_prefix(b"\"").map(<[u8]>::trim_ascii_end) else {
        return false;
    };
    letters > 0
        && digits > 0
        && (format.is_empty()
            || format
                .strip_prefix(b" s=\"")
                .and_then(|format| format.strip_suffix(b"\""))
                .is_some_and(|format| format.iter().all(u8::is_ascii_digit)))
}

/// Whether a tag is a row that holds nothing and isn't hidden.
fn is_empty_row(tag: &[u8]) -> bool {
    tag.ends_with(b"/>") && is_row(tag)
}

/// Whether a tag begins a row that isn't hidden.
fn is_shown_row(tag: &[u8]) -> bool {
    !tag.ends_with(b"/>") && is_row(tag)
}

fn is_row(tag: &[u8]) -> bool {
    tag.starts_with(b"<row ") && memmem::find(tag, b" r=\"").is_some() && memmem::find(tag, b"hidden").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet with a full first block, then what is to be looked at.
    fn sheet(rows: &str) -> String {
        let first: String = (1..=30_000)
            .map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\"><v>{row}</v></c></row>"))
            .collect();
        assert!(first.len() > BLOCK);
        format!("<worksheet><sheetData>{first}{rows}</sheetData></worksheet>")
    }

    fn kept(xml: &str) -> Option<String> {
        let sheet = read(&mut xml.as_bytes()).expect("memory can be read")?;
        assert_eq!(sheet.inflated, xml.len() as u64);
        Some(String::from_utf8(sheet.xml).expect("only whole tags are left out"))
    }

    fn formatted(rows: std::ops::Range<u32>) -> String {
        rows.map(|row| format!("<row r=\"{row}\" spans=\"1:2\" s=\"5\" customFormat=\"1\"><c r=\"A{row}\" s=\"5\"/><c r=\"B{row}\" s=\"12\" /></row>\n<row r=\"{row}\" ht=\"15\"/>"))
            .collect()
    }

    #[test]
    fn cells_without_content_cost_nothing_and_all_else_is_kept() {
        let told = "<row r=\"90001\" hidden=\"1\"/><row r=\"90002\" hidden=\"1\"><c r=\"A90002\" s=\"1\"/></row>\
                    <row r=\"90003\"><c r=\"A90003\" s=\"1\"/><c r=\"B90003\" s=\"1\"><v>7</v></c><c r=\"C90003\" s=\"1\" vm=\"1\"/></row>";
        let kept = kept(&sheet(&format!(
            "{}{told}{}",
            formatted(30_001..60_000),
            formatted(90_004..99_000)
        )))
        .unwrap();
        let [_, rest] = kept.split("<c r=\"A30000\"><v>30000</v></c></row>").collect::<Vec<_>>()[..] else {
            panic!("the first block is kept as it is");
        };
        assert!(rest.len() < 2 * BLOCK / FEW, "{} bytes are left", rest.len());
        assert_eq!(
            rest,
            "<row r=\"90001\" hidden=\"1\"/><row r=\"90002\" hidden=\"1\"></row>\
             <row r=\"90003\"><c r=\"B90003\" s=\"1\"><v>7</v></c><c r=\"C90003\" s=\"1\" vm=\"1\"/></row>\
             </sheetData></worksheet>"
        );
    }

    #[test]
    fn a_sheet_whose_cells_count_on_those_before_them_is_read_whole() {
        let rows = formatted(30_001..60_000);
        assert!(
            kept(&sheet(&format!(
                "{rows}<row r=\"70000\"><c r=\"A70000\" s=\"1\"/><c><v>1</v></c></row>"
            )))
            .is_none()
        );
        assert!(kept(&sheet(&format!("{rows}<row><c r=\"A70000\"><v>1</v></c></row>"))).is_none());
        let placed = sheet(&format!(
            "{rows}<row r=\"70000\"><c t=\"n\" r=\"A70000\"><v>1</v></c></row>"
        ));
        assert!(kept(&placed).is_some());
    }

    #[test]
    fn what_only_looks_like_cells_is_kept() {
        let rows = formatted(30_001..60_000);
        for xml in [
            sheet(&format!("<!-- <c r=\"A1\"/> -->{rows}")),
            sheet(&format!(
                "<row r=\"30001\"><c r=\"A30001\" t=\"inlineStr\"><is><t><![CDATA[{rows}]]></t></is></c></row>"
            )),
        ] {
            assert_eq!(kept(&xml).as_deref(), Some(&*xml));
        }
    }
}
