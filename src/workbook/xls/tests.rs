//! What old Excel and the programs that imitate it write, and what an attacker may.

use super::*;
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::workbook::{Formula, Sheet};
use crate::xls_workbook::{Xls, compound, workbook};

fn open(bytes: &[u8]) -> Result<Workbook, Error> {
    read(bytes, &Limits::default())
}

/// The cells of a sheet as `A1 text`, `A1 =text` for a formula, `A1 =?` for one that was never computed.
fn cells(sheet: &Sheet) -> Vec<String> {
    let cells = sheet
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| (row.index, cell)));
    let lines = cells.map(|(row, cell)| {
        let at = CellRef::new(row, cell.column);
        let content = match &cell.raw {
            Raw::Text(text) => format!("“{text}”"),
            Raw::Number(number) => number.to_string(),
            Raw::Percent(number) => format!("{number} as %"),
            Raw::Date(date) => date.to_string(),
            Raw::Flag(flag) => flag.to_string(),
            Raw::Error(error) => error.to_string(),
        };
        match cell.formula {
            Formula::None => format!("{at} {content}"),
            Formula::Computed => format!("{at} ={content}"),
            Formula::NotComputed => format!("{at} =?"),
        }
    });
    lines.collect()
}

fn first_cells(bytes: &[u8]) -> Vec<String> {
    cells(&open(bytes).expect("a workbook").sheets[0])
}

const KINDS: &str = "## Chi tieu
    | 258 | 1.25 | 0.1 | -7 | 130.7% | 2023-12-15 | TRUE | \"258\" | a\\nb | #DIV/0! |
    |     |      | 536870911 |
    | x |";

const KINDS_READ: [&str; 12] = [
    "A1 258",
    "B1 1.25",
    "C1 0.1",
    "D1 -7",
    "E1 1.307 as %",
    "F1 2023-12-15",
    "G1 true",
    "H1 “258”",
    "I1 “a\nb”",
    "J1 #DIV/0!",
    "C2 536870911",
    "A3 “x”",
];

#[test]
fn cells_keep_the_meaning_of_their_format_in_both_generations() {
    for book in [Xls::new(KINDS), Xls::new(KINDS).excel_95(1252)] {
        let bytes = book.build();
        assert_eq!(first_cells(&bytes), KINDS_READ);
        assert_eq!(open(&bytes).expect("a workbook").container, Container::Xls);
        // The stream alone, as programs of old wrote it.
        assert_eq!(first_cells(&book.stream()), KINDS_READ);
        // Dates are the same whatever they count from.
        assert_eq!(first_cells(&book.date_1904().build()), KINDS_READ);
    }
}

#[test]
fn formulas_give_the_result_that_the_file_holds() {
    let markdown = "## A
        | =A1 -> 3.5 | =A1 -> 50% | =A1 -> chữ | =A1 -> TRUE | =A1 -> #N/A | =A1 -> \"\" | =A1 | =A1 -> 0 |";
    let read = [
        "A1 =3.5",
        "B1 =0.5 as %",
        "C1 =“chữ”",
        "D1 =true",
        "E1 =#N/A",
        // An empty text leaves no cell.
        "G1 =?",
        "H1 =0",
    ];
    assert_eq!(first_cells(&workbook(markdown)), read);
    let old = first_cells(&Xls::new(&markdown.replace("chữ", "chu")).excel_95(1252).build());
    assert_eq!(old, read.map(|line| line.replace("chữ", "chu")));
    // Where the program says that it computed nothing, its zeros and empty texts are no results.
    let never = first_cells(&Xls::new(markdown).never_computed().build());
    assert_eq!(never[5..], ["F1 =?", "G1 =?", "H1 =?"]);
    assert_eq!(never[..5], read[..5]);
}

#[test]
fn a_text_that_its_formula_promises_and_the_file_lacks_is_no_result() {
    let stream = Xls::new("## A\n| =A1 -> chu | =A1 -> 2 |").stream();
    let text = stream
        .windows(4)
        .position(|bytes| bytes == [0x07, 0x02, 6, 0])
        .expect("a text");
    let mut without = stream.clone();
    without[text] = 0xFF;
    assert_eq!(first_cells(&without), ["A1 =?", "B1 =2"]);
}

#[test]
fn hidden_and_merged_places_are_known() {
    let book = Xls::new("## A\n| x | < | < |\n| y | ^ | ^ | {hidden}\n## B {hidden}\n| z |").hidden_column(2);
    for book in [book.clone(), book.excel_95(1252)] {
        let workbook = open(&book.build()).expect("a workbook");
        let [first, second] = &workbook.sheets[..] else {
            panic!("{workbook:?}");
        };
        assert_eq!(
            (&*first.name, first.hidden, &*second.name, second.hidden),
            ("A", false, "B", true)
        );
        let hidden: Vec<bool> = first.rows.iter().map(|row| row.hidden).collect();
        assert_eq!(hidden, [false, true]);
        assert_eq!(first.merged[0], (CellRef::new(0, 0), CellRef::new(0, 2)));
        assert_eq!(first.hidden_columns, [(2, 2)]);
    }
}

/// The letters of each run with the look of its font, as `A1 bold:… italic:…`.
fn formats(sheet: &Sheet) -> Vec<String> {
    let lines = sheet.formats.iter().map(|(at, formats)| {
        let row = sheet.rows.iter().find(|row| row.index == at.row).expect("a row");
        let Some(Raw::Text(text)) = row.cell(at.column).map(|cell| &cell.raw) else {
            panic!("{at} is no text");
        };
        let marked = formats.iter().map(|format| {
            let look = ["plain", "bold", "italic", "both"][usize::from(format.bold) + 2 * usize::from(format.italic)];
            format!(" {look}:{}", &text[format.range.clone()])
        });
        format!("{at}{}", marked.collect::<String>())
    });
    lines.collect()
}

#[test]
fn letters_in_bold_and_italic_are_known_in_both_generations() {
    let markdown = "## A
        | {rich} **Tap the** xa | thuong | {rich} Hoi *nong dan* ***gioi*** | {rich} **dam** |
        | {rich} **Tap the** xa |";
    for book in [Xls::new(markdown), Xls::new(markdown).excel_95(1252)] {
        let workbook = open(&book.build()).expect("a workbook");
        assert_eq!(
            formats(&workbook.sheets[0]),
            ["A1 bold:Tap the", "C1 italic:nong dan both:gioi", "A2 bold:Tap the"]
        );
    }
}

#[test]
fn the_font_of_a_cell_and_of_its_letters_tells_their_encoding() {
    let markdown = "## A
        | {font .VnTime} ChØ tiªu | {font .VnTimeH} tæng céng | {font VNI-Times} Toång soá | {font .VnTime} sè {font Arial}Mười | x |";
    let of = Charset::of_font;
    let workbook = open(&workbook(markdown)).expect("a workbook");
    let sheet = &workbook.sheets[0];
    let read: Vec<(String, Charset)> = sheet.rows[0]
        .cells
        .iter()
        .map(|cell| (format!("{:?}", cell.raw), cell.charset))
        .collect();
    let text = |text: &str| format!("{:?}", Raw::Text(text.into()));
    assert_eq!(
        read,
        [
            (text("ChØ tiªu"), of(".VnTime")),
            (text("tæng céng"), of(".VnTimeH")),
            (text("Toång soá"), of("VNI-Times")),
            (text("sè Mười"), of(".VnTime")),
            (text("x"), of("Arial")),
        ]
    );
    let expected: Vec<_> = if of(".VnTime") == of("Arial") {
        Vec::new()
    } else {
        let runs = [(0..4, of(".VnTime")), (4..11, of("Arial"))];
        vec![(CellRef::new(0, 3), runs.to_vec().into_boxed_slice())]
    };
    assert_eq!(sheet.charsets, expected);
}

#[test]
fn bytes_of_excel_95_are_read_by_the_code_page() {
    for (page, written, read) in [
        (1252, "ChØ tiªu", "ChØ tiªu"),
        (1252, "café – 5 €", "café – 5 €"),
        (1258, "đồng", "đồng"),
        (1251, "Отчёт", "Отчёт"),
        (874, "รายงาน", "รายงาน"),
    ] {
        // In Windows-1258 a mark stands behind its letter.
        let written: String = match page {
            1258 => "\u{111}ô\u{300}ng".to_owned(),
            _ => written.to_owned(),
        };
        let bytes = Xls::new(&format!("## A\n| {written} |")).excel_95(page).build();
        assert_eq!(first_cells(&bytes), [format!("A1 “{read}”")], "{page}");
    }
}

#[test]
fn texts_cut_anywhere_are_whole_again() {
    let markdown = "## A
        | Tên chỉ tiêu | ChØ tiªu | {rich} **đậm** rồi *nghiêng* | 𝔸𝔹 | {rich} **cafe** con *chu* | {font .VnTime} abc{font Arial}đ é è |
        | kế | a |";
    let whole = open(&workbook(markdown)).expect("a workbook");
    let expected = format!("{:?}", whole.sheets);
    assert_eq!(
        cells(&whole.sheets[0])[4..],
        ["E1 “cafe con chu”", "F1 “abcđ é è”", "A2 “kế”", "B2 “a”"]
    );
    for others in [6, 7, 8, 11, 8224] {
        for first in 0..160 {
            let cut = Xls::new(markdown).cut_texts(first, others).build();
            let workbook = open(&cut).expect("a workbook");
            assert_eq!(
                format!("{:?}", workbook.sheets),
                expected,
                "cut after {first}, then {others}"
            );
        }
    }
}

#[test]
fn custom_properties_are_known() {
    let bytes = Xls::new("## A\n| x |")
        .property("baocao.pack", "bc-thử")
        .property("b", "ngắn")
        .build();
    let workbook = open(&bytes).expect("a workbook");
    let properties: Vec<(&str, &str)> = workbook
        .properties
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(properties, [("b", "ngắn"), ("baocao.pack", "bc-thử")]);
    let stream = b"\xFE\xFF damaged".to_vec();
    let damaged = [
        ("Workbook", Xls::new("## A\n| x |").stream()),
        ("\u{5}DocumentSummaryInformation", stream),
    ];
    assert_eq!(first_cells(&compound(&damaged)), ["A1 “x”"]);
}

/// A record by hand.
fn record(kind: u16, content: &[u8]) -> Vec<u8> {
    let head = [kind, content.len() as u16].map(u16::to_le_bytes).concat();
    [head, content.to_vec()].concat()
}

#[test]
fn the_single_sheets_of_excel_2_to_4_are_read() {
    let half = 0.5f64.to_le_bytes();
    let attributes = [0, 2, 0];
    let excel_2 = [
        record(0x0009, &[2, 0, 0x10, 0]),
        record(0x0031, &[200, 0, 0, 0, 7, b'.', b'V', b'n', b'T', b'i', b'm', b'e']),
        record(0x001E, b"\x07General"),
        record(0x001E, b"\x08dd/mm/yy"),
        record(0x001E, b"\x020%"),
        record(0x0008, &[2, 0, 0, 0, 3, 0, 0, 0]),
        record(0x0004, &[&[0, 0, 0, 0, 0, 0, 0, 3][..], b"s\xE8 "].concat()),
        record(0x0002, &[1, 0, 0, 0, 0, 0, 0, 0x2C, 1]),
        record(0x0003, &[&[1, 0, 1, 0][..], &attributes, &half].concat()),
        record(0x0002, &[1, 0, 2, 0, 0, 1, 0, 0x39, 0x30]),
        record(0x0006, &[&[2, 0, 0, 0, 0, 0, 0][..], &half, &[0, 0]].concat()),
        record(0x0005, &[2, 0, 1, 0, 0, 0, 0, 7, 1]),
        record(0x000A, &[]),
    ];
    let read = [
        "A1 “sè ”",
        "A2 300",
        "B2 0.5 as %",
        "C2 1933-10-18",
        "A3 =0.5",
        "B3 #DIV/0!",
    ];
    assert_eq!(first_cells(&excel_2.concat()), read);
    assert!(open(&excel_2.concat()).expect("a workbook").sheets[0].rows[2].hidden);
    for (begin, font, style, number) in [(0x0209, 0x0231, 0x0243, 3), (0x0409, 0x0231, 0x0443, 4)] {
        let format: &[u8] = if number == 4 { b"\0\0\x020%" } else { b"\x020%" };
        let general: &[u8] = if number == 4 {
            b"\0\0\x07General"
        } else {
            b"\x07General"
        };
        let kind = if number == 4 { 0x041E } else { 0x001E };
        let formula = if number == 4 { 0x0406 } else { 0x0206 };
        let stream = [
            record(begin, &[0, number, 0x10, 0, 0, 0]),
            record(font, &[200, 0, 1, 0, 0xFF, 0x7F, 5, b'A', b'r', b'i', b'a', b'l']),
            record(kind, general),
            record(kind, format),
            record(style, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            record(style, &[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            record(0x0204, &[&[0, 0, 0, 0, 0, 0, 2, 0][..], b"ab"].concat()),
            record(0x0203, &[&[0, 0, 1, 0, 1, 0][..], &half].concat()),
            record(formula, &[&[0, 0, 2, 0, 1, 0][..], &half, &[0, 0]].concat()),
            record(0x000A, &[]),
        ];
        assert_eq!(
            first_cells(&stream.concat()),
            ["A1 “ab”", "B1 0.5 as %", "C1 =0.5 as %"],
            "Excel {number}"
        );
    }
    let workspace = [record(0x0409, &[0, 4, 0, 1, 0, 0]), record(0x000A, &[])].concat();
    assert!(matches!(open(&workspace), Err(Error::OldExcel)));
}

#[test]
fn what_is_no_sheet_of_cells_is_left_out() {
    let plain = Xls::new("## A\n| x |\n## B\n| y |\n## C\n| z |").stream();
    let tabs: Vec<usize> = (0..plain.len())
        .filter(|at| plain[*at..].starts_with(&[0x85, 0]))
        .collect();
    // A chart and macros by what the globals say of them.
    for kind in [1, 2, 6] {
        let mut stream = plain.clone();
        stream[tabs[1] + 9] = kind;
        let workbook = open(&stream).expect("a workbook");
        let names: Vec<&str> = workbook.sheets.iter().map(|sheet| &*sheet.name).collect();
        assert_eq!(names, ["A", "C"]);
    }
    // A chart within a sheet holds cells of its own, a dialog is a sheet by the globals.
    let number = record(0x0203, &[&[0, 0, 0, 0, 0, 0][..], &1f64.to_le_bytes()].concat());
    let begin = record(0x0809, &[0, 6, 0x20, 0, 0, 0, 0, 0]);
    let end = record(0x000A, &[]);
    let chart = [begin, number, end].concat();
    let dialog = record(0x0081, &[0x10, 0]);
    let last = plain.len() - 4;
    for (inserted, names) in [(chart, vec!["A", "B", "C"]), (dialog, vec!["A", "B"])] {
        let stream = [&plain[..last], &inserted, &plain[last..]].concat();
        let workbook = open(&stream).expect("a workbook");
        let found: Vec<&str> = workbook.sheets.iter().map(|sheet| &*sheet.name).collect();
        assert_eq!(found, names);
        assert!(workbook.sheets.iter().all(|sheet| cells(sheet).len() == 1));
    }
}

#[test]
fn passwords_other_documents_and_embedded_workbooks_are_told() {
    let locked = Xls::new("## A\n| x |").password();
    for book in [locked.clone(), locked.excel_95(1252)] {
        assert!(matches!(open(&book.build()), Err(Error::Password)));
    }
    let stream = Xls::new("## A\n| x |").stream();
    let encrypted = compound(&[("EncryptedPackage", vec![0; 9]), ("Workbook", stream.clone())]);
    assert!(matches!(open(&encrypted), Err(Error::Password)));
    let word = compound(&[("WordDocument", vec![0; 9])]);
    assert!(matches!(open(&word), Err(Error::Foreign(Foreign::OldOffice))));
    // A workbook in a storage of another document is no stream of the root.
    let mut embedded = compound(&[("Workbook", stream.clone()), ("A", Vec::new())]);
    let name: Vec<u8> = "Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let entry = embedded
        .windows(name.len())
        .position(|bytes| bytes == name)
        .expect("an entry");
    assert!(open(&embedded).is_ok());
    embedded[entry + 66] = 1;
    assert!(matches!(open(&embedded), Err(Error::Foreign(Foreign::OldOffice))));
    // Of the streams for old and new Excel the new one is read.
    let both = compound(&[
        ("Book", Xls::new("## B\n| y |").excel_95(1252).stream()),
        ("Workbook", stream),
    ]);
    assert_eq!(first_cells(&both), ["A1 “x”"]);
}

#[test]
fn large_files_are_read_through_the_table_of_sectors() {
    let rows: String = (0..3000).map(|row| format!("| {row} | dong {row} |\n")).collect();
    let bytes = workbook(&format!("## A\n{rows}"));
    assert!(bytes.len() > 70_000, "more than one sector of the table");
    let read = first_cells(&bytes);
    assert_eq!(read.len(), 6000);
    assert_eq!(read[5998..], ["A3000 2999", "B3000 “dong 2999”"]);
    // Old programs leave the last sector short; here that is the table itself.
    let end = bytes.iter().rposition(|byte| *byte != 0xFF).expect("an entry");
    assert_eq!(first_cells(&bytes[..=end]), read);
}

#[test]
fn twice_the_same_name_is_damage() {
    let stream = Xls::new("## A\n| x |\n## B\n| y |").stream();
    let tab = stream
        .windows(6)
        .rposition(|bytes| bytes == [0, 0, 1, 0, b'B', 0xFC])
        .expect("a tab");
    let mut twice = stream.clone();
    twice[tab + 4] = b'A';
    assert!(matches!(open(&twice), Err(Error::Damaged(name)) if name == "A"));
}

#[test]
fn every_limit_is_told_by_name() {
    let bytes = workbook("## A\n| x | y | < |\n| {rich} **z** z | 1 |\n## B\n| 1 |");
    let unlimited = Limits::default();
    let limit = |limits: Limits| match read(&bytes, &limits) {
        Err(Error::TooLarge(limit)) => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(limit(Limits { sheets: 1, ..unlimited }), Limit::Sheets(1));
    assert_eq!(
        limit(Limits {
            shared_strings: 2,
            ..unlimited
        }),
        Limit::SharedStrings(2)
    );
    assert_eq!(limit(Limits { cells: 3, ..unlimited }), Limit::Cells(3));
    assert_eq!(limit(Limits { rows: 1, ..unlimited }), Limit::Rows(1));
    assert_eq!(
        limit(Limits {
            text_length: 0,
            ..unlimited
        }),
        Limit::TextLength(0)
    );
    assert_eq!(
        limit(Limits {
            text_bytes: 1,
            ..unlimited
        }),
        Limit::TextBytes(1)
    );
    assert_eq!(limit(Limits { merged: 0, ..unlimited }), Limit::Merged(0));
    assert_eq!(limit(Limits { runs: 0, ..unlimited }), Limit::Runs(0));
}

const MIXED: &str = "## A
    | 258 | 1 | =A1 -> 3 | =A1 -> chu | a\\nb | < |
    | {rich} **x** y | {font .VnTime} ChØ tiªu | 50% | 2023-12-15 | {hidden}
    ## B {hidden}
    | z |";

#[test]
fn a_file_cut_anywhere_gives_an_error_and_never_fewer_cells() {
    for book in [Xls::new(MIXED).property("a", "b"), Xls::new(MIXED).excel_95(1252)] {
        let bytes = book.build();
        let whole = format!("{:?}", open(&bytes).expect("a workbook").sheets);
        for cut in 0..bytes.len() {
            if let Ok(workbook) = open(&bytes[..cut]) {
                assert_eq!(format!("{:?}", workbook.sheets), whole, "cut after {cut}");
            }
        }
        let stream = book.stream();
        for cut in 0..stream.len() {
            assert!(open(&stream[..cut]).is_err(), "cut after {cut}");
        }
    }
}

#[test]
fn damage_anywhere_never_panics() {
    // Xorshift, seeded: the same bytes on every run.
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let books = [Xls::new(MIXED).property("a", "b"), Xls::new(MIXED).excel_95(1252)];
    let files = books.iter().flat_map(|book| [book.build(), book.stream()]);
    for bytes in files {
        for _ in 0..2000 {
            let mut flipped = bytes.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                flipped[at] = [0, 1, 0x7F, 0x80, 0xFF, random(256) as u8][random(6)];
            }
            let _ = open(&flipped);
        }
    }
}

#[test]
fn chains_that_bite_their_tail_end_as_damage() {
    let bytes = compound(&[("Workbook", Xls::new("## A\n| x |").stream()), ("A", vec![0; 5000])]);
    let last = bytes.len() - 512;
    // Each sector of the table leads to itself, to the first, to the one behind the file.
    for target in [None, Some(0), Some(1_000_000)] {
        let mut looped = bytes.clone();
        for (number, entry) in looped[last..].chunks_mut(4).enumerate() {
            entry.copy_from_slice(&target.unwrap_or(number as u32).to_le_bytes());
        }
        assert!(open(&looped).is_err());
    }
    // The list of the table's sectors leads to itself, to the last sector.
    let sectors = (bytes.len() / 512 - 1) as u32;
    for target in [0, sectors - 1, sectors, 1_000_000] {
        let mut looped = bytes.clone();
        looped[68..72].copy_from_slice(&target.to_le_bytes());
        let _ = open(&looped);
    }
    // Siblings that lead to each other.
    let directory = u32_of(&bytes, 48) as usize * 512 + 512;
    let mut siblings = bytes.clone();
    for entry in 0..3 {
        for place in [68, 72, 76] {
            let at = directory + entry * 128 + place;
            siblings[at..at + 4].copy_from_slice(&1u32.to_le_bytes());
        }
    }
    assert!(matches!(open(&siblings), Err(Error::Foreign(Foreign::OldOffice))));
}

fn u32_of(bytes: &[u8], at: usize) -> u32 {
    records::u32_at(bytes, at).expect("a number")
}

#[test]
fn what_a_file_claims_costs_nothing() {
    let stream = Xls::new("## A\n| abc | x |\n| 1 | 2 |").stream();
    let place = |kind: u16| {
        let mut records = Records::new(&stream, 0);
        loop {
            let start = records.at + 4;
            if records.next().expect("a record").kind == kind {
                return start;
            }
        }
    };
    let shared = place(0x00FC);
    let changed = |at: usize, bytes: &[u8]| {
        let mut stream = stream.clone();
        stream[at..at + bytes.len()].copy_from_slice(bytes);
        open(&stream)
    };
    // More texts than there are, a text longer than the table, runs and phonetics that never come.
    assert!(changed(shared, &[0xFF; 8]).is_ok());
    assert!(changed(shared + 8, &[0xFF, 0xFF]).is_err());
    assert!(changed(shared + 10, &[0x08]).is_err());
    assert!(changed(shared + 10, &[0x04]).is_err());
    // A text that is not in the table.
    assert!(changed(place(0x00FD) + 6, &[9, 0, 0, 0]).is_err());
    // A column behind the last of several numbers, or before the first.
    let numbers = place(0x00BD);
    assert!(changed(numbers + 16, &[9, 0]).is_err());
    assert!(changed(numbers + 2, &[0xFF, 0xFF]).is_err());
    // More rows than there are.
    assert!(changed(place(0x0200), &[0xFF; 14]).is_ok());
    // A sheet where none begins.
    assert!(changed(place(0x0085), &[5, 0, 0, 0]).is_err());
    assert!(changed(place(0x0085), &[0xFF; 4]).is_err());
}

#[test]
fn sheets_that_lie_in_each_other_are_read_no_longer_than_the_file() {
    // A hundred tabs whose sheets begin one within the other: reading each would take the square of the file.
    let tabs = 100usize;
    let begin = record(0x0809, &[0, 6, 0x10, 0, 0, 0, 0, 0]);
    let globals = 12 + tabs * 15 + 4;
    let mut stream = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    for tab in 0..tabs {
        let start = (globals + tab * begin.len()) as u32;
        let name = [3, 0, b'A', b'0' + (tab / 10) as u8, b'0' + (tab % 10) as u8];
        stream.extend(record(0x0085, &[&start.to_le_bytes()[..], &[0, 0], &name].concat()));
    }
    stream.extend(record(0x000A, &[]));
    assert_eq!(stream.len(), globals);
    stream.extend(begin.repeat(tabs));
    stream.extend(record(0x0100, &[0; 8000]).repeat(20));
    stream.extend(record(0x000A, &[]).repeat(tabs));
    assert!(matches!(open(&stream), Err(Error::Damaged(_))));
}
