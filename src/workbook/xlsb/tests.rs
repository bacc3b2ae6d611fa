//! What Excel or an attacker may write into an .xlsb, and what is read from it.

use calamine::{Data, Reader, Xlsb};
use jiff::civil::date;

use crate::diagnostic::CellRef;
use crate::markdown_workbook::{set_property, workbook, workbook_with};
use crate::other_containers::{Records, wide, xlsb, xlsb_of, xlsb_parts, xlsb_text};
use crate::value::Raw;
use crate::workbook::{Container, Error, Formula, Limit, Limits, Workbook, read};

fn open(bytes: &[u8]) -> Result<Workbook, Error> {
    read(bytes, &Limits::default())
}

fn example() -> Workbook {
    let bytes = workbook_with(
        "## Chỉ tiêu
        | Danh mục | < | a\\nb & <c> |
        | ^ | 258 | 130.7% | 2023-12-15 | TRUE | \"258\" |

        | =1+1 -> 2 | =A1/0 -> #DIV/0! | 0.1 | -7.25 | 123456789012 | =A1+1 | {hidden}
        | {rich} **Tập thể** xã ***giỏi*** | {rich} a *b*\\nc |
        ## Ẩn {hidden}
        | -1.5 | #N/A |",
        |workbook| {
            set_property(workbook, "baocao.pack", "bc-thử");
            let sheet = workbook.worksheet_from_index(0).expect("a sheet");
            sheet.set_column_hidden(7).expect("a column");
        },
    );
    open(&bytes).expect("a workbook")
}

/// The example with a part changed.
fn with_part(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Result<Workbook, Error> {
    let mut parts = xlsb_parts(&example());
    let (_, bytes) = parts.iter_mut().find(|(part, _)| part == name).expect("a part");
    change(bytes);
    open(&xlsb_of(&parts))
}

/// The example with other records as its first sheet's rows.
fn with_rows(add: impl FnOnce(&mut Records)) -> Result<Workbook, Error> {
    with_part("xl/worksheets/sheet1.bin", |bytes| {
        let mut records = Records::default();
        records.add(129, &[]).add(145, &[]);
        add(&mut records);
        records.add(146, &[]).add(130, &[]);
        *bytes = records.0;
    })
}

/// A row header ([MS-XLSB] 2.4.740).
fn row(index: u32) -> Vec<u8> {
    [&index.to_le_bytes()[..], &[0; 13]].concat()
}

/// What a cell begins with: its column and its format.
fn head(column: u32, format: u32) -> Vec<u8> {
    [column.to_le_bytes(), format.to_le_bytes()].concat()
}

fn raws(workbook: &Workbook) -> Vec<(String, Raw)> {
    let rows = workbook.sheets[0].rows.iter();
    rows.flat_map(|row| {
        row.cells
            .iter()
            .map(|cell| (CellRef::new(row.index, cell.column).to_string(), cell.raw.clone()))
    })
    .collect()
}

#[test]
fn a_workbook_says_the_same_as_xlsb_as_it_does_as_xlsx() {
    let mut xlsx = example();
    let found = open(&xlsb(&xlsx)).expect("a workbook");
    assert_eq!(found.container, Container::Xlsb);
    assert_eq!(found.sheets[0].formats.len(), 2);
    xlsx.container = Container::Xlsb;
    assert_eq!(format!("{found:#?}"), format!("{xlsx:#?}"));
}

#[test]
fn another_reader_reads_what_the_tests_write() {
    let bytes = xlsb(&example());
    let mut other = Xlsb::new(std::io::Cursor::new(bytes)).expect("a workbook");
    assert_eq!(other.sheet_names(), ["Chỉ tiêu", "Ẩn"]);
    let range = other.worksheet_range("Chỉ tiêu").expect("a sheet");
    for (at, value) in [
        ((0, 0), Data::String("Danh mục".into())),
        ((1, 1), Data::Int(258)),
        ((1, 2), Data::Float(1.307)),
        ((1, 4), Data::Bool(true)),
        ((3, 4), Data::Float(123_456_789_012.0)),
        ((4, 0), Data::String("Tập thể xã giỏi".into())),
    ] {
        assert_eq!(range.get_value(at), Some(&value));
    }
    assert!(matches!(range.get_value((1, 3)), Some(Data::DateTime(moment)) if moment.as_f64() == 45_275.0));
}

#[test]
fn every_record_of_a_cell_is_read() {
    let number = |bits: u32| bits.to_le_bytes();
    let workbook = with_rows(|rows| {
        rows.add(0, &[&row(3)]);
        rows.add(1, &[&head(0, 0)]);
        // 1.5 as the upper half of a float, the same in hundredths, and -3 as a whole number.
        rows.add(2, &[&head(1, 0), &number(0x3FF8_0000)]);
        rows.add(2, &[&head(2, 1), &number(0x3FF8_0001)]);
        rows.add(2, &[&head(3, 0), &number(((-3i32 << 2) | 2).cast_unsigned())]);
        rows.add(3, &[&head(4, 0), &[0x24]]);
        rows.add(6, &[&head(5, 0), &wide("a\r\nb")]);
        rows.add(62, &[&head(6, 0), &xlsb_text("c", &[])]);
        // Short records stand beside the one before.
        rows.add(13, &[&[0; 4], &number((9 << 2) | 2)]);
        rows.add(12, &[&[0; 4]]);
        rows.add(17, &[&[0; 4], &wide("d")]);
        rows.add(8, &[&head(20, 0), &wide(""), &[0; 10]]);
        rows.add(3, &[&head(21, 0), &[0x99]]);
    })
    .expect("a workbook");
    let text = |text: &str| Raw::Text(text.into());
    let expected = [
        ("B4", Raw::Number(1.5)),
        ("C4", Raw::Percent(0.015)),
        ("D4", Raw::Number(-3.0)),
        ("E4", Raw::Error("#NUM!".into())),
        ("F4", text("a\nb")),
        ("G4", text("c")),
        ("H4", Raw::Number(9.0)),
        ("J4", text("d")),
        ("V4", Raw::Error("#153!".into())),
    ];
    assert_eq!(raws(&workbook), expected.map(|(at, raw)| (at.to_owned(), raw)));
}

#[test]
fn dates_count_from_1904_and_results_are_stale_where_the_workbook_says_so() {
    let workbook = with_part("xl/workbook.bin", |bytes| {
        let mut records = Records::default();
        records
            .add(131, &[])
            .add(153, &[&1u32.to_le_bytes()])
            .add(157, &[&[0; 24], &[1, 0]]);
        // Without the records that are replaced: 131 and 153 of the example.
        let rest = bytes
            .windows(2)
            .position(|pair| pair == [0x8F, 0x01])
            .expect("the tabs");
        records.0.extend(&bytes[rest..]);
        *bytes = records.0;
    })
    .expect("a workbook");
    let days = raws(&workbook)
        .into_iter()
        .filter(|(_, raw)| matches!(raw, Raw::Date(_)));
    assert_eq!(
        days.map(|(_, raw)| raw).collect::<Vec<_>>(),
        [Raw::Date(date(2027, 12, 16))]
    );
    let formula = workbook.sheets[0].rows[2].cells[0].formula;
    assert_eq!(formula, Formula::Computed, "a result other than zero was computed");
}

#[test]
fn places_beyond_the_last_cell_and_texts_that_are_not_there_are_damage() {
    let text = 6;
    for (index, column) in [(1_048_576, 0), (0, 16_384), (u32::MAX, u32::MAX)] {
        let result = with_rows(|rows| {
            rows.add(0, &[&row(index)]).add(text, &[&head(column, 0), &wide("x")]);
        });
        assert!(matches!(result, Err(Error::Damaged(_))), "{index} {column}");
    }
    let missing = with_rows(|rows| {
        rows.add(0, &[&row(0)]).add(7, &[&head(0, 0), &9_999u32.to_le_bytes()]);
    });
    assert!(matches!(missing, Err(Error::Damaged(_))));
    let short = with_rows(|rows| {
        rows.add(0, &[&row(0)]).add(5, &[&head(0, 0), &[0; 7]]);
    });
    assert!(matches!(short, Err(Error::Damaged(_))));
    let twice = with_part("xl/_rels/workbook.bin.rels", |bytes| {
        let xml = String::from_utf8(std::mem::take(bytes)).expect("text");
        *bytes = xml.replace("sheet2.bin", "sheet1.bin").into_bytes();
    });
    assert!(matches!(twice, Err(Error::Damaged(_))));
}

#[test]
fn claims_reserve_nothing_and_limits_hold() {
    // A text that claims two thousand million letters, and a record that claims a quarter of one.
    let claim = with_rows(|rows| {
        rows.add(0, &[&row(0)])
            .add(6, &[&head(0, 0), &0x7FFF_FFFFu32.to_le_bytes(), &[0; 8]]);
    });
    assert!(matches!(claim, Err(Error::Damaged(_))));
    let claim = with_part("xl/worksheets/sheet1.bin", |bytes| {
        *bytes = vec![6, 0xFF, 0xFF, 0xFF, 0x7F, 0]
    });
    assert!(matches!(claim, Err(Error::Damaged(_))));
    let runs = with_part("xl/sharedStrings.bin", |bytes| {
        let mut records = Records::default();
        records
            .add(159, &[&[0xFF; 8]])
            .add(19, &[&[1], &wide("x"), &[0xFF; 4], &[0; 4]]);
        *bytes = records.0;
    });
    assert!(matches!(runs, Err(Error::Damaged(_))));
    let bytes = xlsb(&example());
    let unlimited = Limits::default();
    for (limits, limit) in [
        (Limits { sheets: 1, ..unlimited }, Limit::Sheets(1)),
        (
            Limits {
                shared_strings: 3,
                ..unlimited
            },
            Limit::SharedStrings(3),
        ),
        (Limits { cells: 3, ..unlimited }, Limit::Cells(3)),
        (Limits { rows: 2, ..unlimited }, Limit::Rows(2)),
        (Limits { merged: 0, ..unlimited }, Limit::Merged(0)),
        (Limits { runs: 3, ..unlimited }, Limit::Runs(3)),
        (
            Limits {
                text_length: 2,
                ..unlimited
            },
            Limit::TextLength(2),
        ),
    ] {
        match read(&bytes, &limits) {
            Err(Error::TooLarge(found)) => assert_eq!(found, limit),
            other => panic!("{limit:?}: {other:?}"),
        }
    }
}

#[test]
fn damage_is_told_or_harmless_and_never_fewer_rows() {
    let parts = xlsb_parts(
        &open(&workbook(
            "## A\n| 258 | a | < |\n| x | 10% | {rich} z **z** | {hidden}",
        ))
        .expect("a workbook"),
    );
    for (index, (name, whole)) in parts.iter().enumerate().filter(|(_, (name, _))| name.ends_with(".bin")) {
        let with = |bytes: &[u8]| {
            let mut parts = parts.clone();
            parts[index].1 = bytes.to_vec();
            open(&xlsb_of(&parts))
        };
        assert!(with(whole).is_ok());
        for cut in 0..whole.len() {
            assert!(with(&whole[..cut]).is_err(), "{name}: {cut}");
        }
        for at in 0..whole.len() {
            for flip in [0x01, 0x80, 0xFF] {
                let mut flipped = whole.clone();
                flipped[at] ^= flip;
                let _ = with(&flipped);
            }
        }
    }
}
