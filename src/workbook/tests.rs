//! What a user or an attacker may hand in, and what is read from it.

use crate::markdown_workbook::{picture, png, set_property, workbook, workbook_with};
use crate::other_containers::package;
use crate::xls_workbook::Xls;
use jiff::civil::date;

use super::*;

fn read(bytes: &[u8]) -> Result<Workbook, Error> {
    super::read(bytes, &Limits::default())
}

/// The same workbook with a part changed.
fn with_part(bytes: &[u8], part: &str, change: impl FnOnce(String) -> String) -> Vec<u8> {
    let mut package = Package::read(bytes, &opc::Limits::default()).expect("a package");
    let old = package
        .part(part)
        .map(|bytes| String::from_utf8(bytes).expect("text"))
        .unwrap_or_default();
    package.set(part, change(old).into_bytes());
    package.write().expect("a package")
}

fn with_sheet_data(rows: &str) -> Vec<u8> {
    with_part(&workbook("## A\n| x |"), "xl/worksheets/sheet1.xml", |_| {
        format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}\
             </sheetData></worksheet>"
        )
    })
}

fn cell(workbook: &Workbook, row: u32, column: u32) -> Option<&Cell> {
    workbook.sheets[0]
        .rows
        .iter()
        .find(|found| found.index == row)?
        .cell(column)
}

fn raw(workbook: &Workbook, row: u32, column: u32) -> Raw {
    cell(workbook, row, column).expect("a cell").raw.clone()
}

#[test]
fn cells_keep_the_meaning_of_their_format() {
    let bytes = workbook("## A\n| 258 | 130.7% | 2023-12-15 | TRUE | \"258\" | a\\nb | =1/0 -> #DIV/0! |\n\n| x |");
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(raw(&workbook, 0, 0), Raw::Number(258.0));
    assert_eq!(raw(&workbook, 0, 1), Raw::Percent(1.307));
    assert_eq!(raw(&workbook, 0, 2), Raw::Date(date(2023, 12, 15)));
    assert_eq!(raw(&workbook, 0, 3), Raw::Flag(true));
    assert_eq!(raw(&workbook, 0, 4), Raw::Text("258".into()));
    assert_eq!(raw(&workbook, 0, 5), Raw::Text("a\nb".into()));
    assert_eq!(raw(&workbook, 0, 6), Raw::Error("#DIV/0!".into()));
    assert_eq!(workbook.sheets[0].rows.len(), 2);
}

#[test]
fn a_workbook_too_large_to_be_held_inflated_reads_the_same() {
    let bytes = workbook("## A\n| 258 | a\\nb | =1+1 -> 2 |\n\n| x |");
    let large = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        let remark = format!("<!--{}--><sheetData", "x".repeat(super::xlsx::INFLATED_ONCE as usize));
        xml.replacen("<sheetData", &remark, 1)
    });
    let (small, large) = (read(&bytes).expect("a workbook"), read(&large).expect("a workbook"));
    assert_eq!(small.sheets[0].rows.len(), 2);
    assert_eq!(format!("{small:?}"), format!("{large:?}"));
}

/// A sheet that is large enough to be read without calamine, in every way in which numbers and texts are written.
fn large_list() -> Vec<u8> {
    use rust_xlsxwriter::{Color, Format as Look};
    let formats = [
        "General",
        "0.00",
        "#,##0",
        "0%",
        "0.0#%",
        "dd/mm/yyyy",
        "d-mmm-yy",
        "hh:mm",
        "[h]:mm",
        "mm/yyyy",
        "yyyy\"năm\"",
        "0\\d",
        "[Red]0",
        "@",
        "[$-42A]d mmmm yyyy",
        "_(* #,##0_)",
        "0;dd/mm",
        "[=1]\"x\";0",
    ];
    let texts = [
        "Nguyễn Văn Số",
        "xã",
        " đầu và cuối ",
        "a & b < c",
        "_x0041_",
        "dòng 1\ndòng 2",
        "Ke\u{302}\u{301} hoạch",
        "258",
        "\u{a0}x",
        "x\u{200b}",
    ];
    workbook_with("## A\n| {rich} **Họ** tên | x |", |workbook| {
        let sheet = workbook.worksheet_from_index(0).expect("a sheet");
        for row in 1..12_000u32 {
            let style = |code: &str| Look::new().set_num_format(code).set_font_color(Color::Red);
            let format = style(formats[row as usize % formats.len()]);
            let number = [0.0, 1.0, 0.5, -3.25, 45_000.0, 1.5e-7, 1e21, 12_345.678][row as usize % 8];
            sheet
                .write_number_with_format(row, 0, number, &format)
                .expect("a number");
            let text = format!("{}{}", texts[row as usize % texts.len()], row % 700);
            sheet.write_string(row, 1, text).expect("a text");
            sheet.write_boolean(row, 2, row % 2 == 0).expect("a flag");
            for built_in in [9, 10, 14, 15, 18, 20, 22, 45, 46, 49] {
                let format = Look::new().set_num_format_index(built_in);
                sheet
                    .write_number_with_format(row, 4 + u16::from(built_in), number, &format)
                    .expect("a number");
            }
        }
        sheet
            .merge_range(20_000, 0, 20_001, 1, "cuối", &Look::new())
            .expect("merged");
    })
}

#[test]
fn a_large_plain_sheet_reads_the_same_with_and_without_calamine() {
    const SHEET: &str = "xl/worksheets/sheet1.xml";
    for is_1904 in [false, true] {
        let bytes = with_part(&large_list(), "xl/workbook.xml", |xml| match is_1904 {
            true => xml.replacen("<workbookPr ", "<workbookPr date1904=\"1\" ", 1),
            false => xml,
        });
        let mut size = 0;
        // A remark among the rows is what only calamine reads.
        let other = with_part(&bytes, SHEET, |xml| {
            size = xml.len();
            xml.replacen("<sheetData>", "<sheetData><!-- -->", 1)
        });
        assert!(size > 1 << 20, "{size}");
        let (own, calamine) = (read(&bytes).expect("a workbook"), read(&other).expect("a workbook"));
        assert!(own.sheets[0].rows.len() == 12_001 && own.sheets[0].merged.len() == 1);
        assert!(!own.sheets[0].formats.is_empty());
        for (own, calamine) in own.sheets[0].rows.iter().zip(&calamine.sheets[0].rows) {
            assert_eq!(format!("{own:?}"), format!("{calamine:?}"));
        }
        assert_eq!(format!("{own:?}"), format!("{calamine:?}"));
    }
}

#[test]
fn text_is_nfc_with_plain_line_breaks_and_without_its_runs() {
    let bytes = with_sheet_data(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><r><t>Ke\u{302}\u{301} </t></r><r><t xml:space=\"preserve\"> hoạch</t></r></is></c>\
         <c r=\"B1\" t=\"inlineStr\"><is><t>a_x000D_\nb\r\nc&amp;d</t></is></c>\
         <c r=\"C1\" t=\"inlineStr\"><is><t></t></is></c></row>",
    );
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(raw(&workbook, 0, 0), Raw::Text("Kế hoạch".into()));
    assert_eq!(raw(&workbook, 0, 1), Raw::Text("a\nb\nc&d".into()));
    assert_eq!(cell(&workbook, 0, 2).map(|cell| &cell.raw), None);
}

/// The bold and italic letters of each cell of the first sheet, as `A1 bold:… italic:…`.
fn formats(bytes: &[u8]) -> Vec<String> {
    let workbook = read(bytes).expect("a workbook");
    let lines = workbook.sheets[0].formats.iter().map(|(at, formats)| {
        let Raw::Text(text) = raw(&workbook, at.row, at.column) else {
            panic!("{at} is no text");
        };
        let marked = formats.iter().map(|format| {
            let look = match (format.bold, format.italic) {
                (true, true) => "both",
                (true, false) => "bold",
                (false, true) => "italic",
                (false, false) => "plain",
            };
            format!(" {look}:{}", &text[format.range.clone()])
        });
        format!("{at}{}", marked.collect::<String>())
    });
    lines.collect()
}

const NONE: [&str; 0] = [];

#[test]
fn letters_in_bold_and_italic_are_known_wherever_their_text_is_shared() {
    let bytes = workbook(
        "## A
        | {rich} **Tập thể** xã | thường | {rich} Hội *nông dân* ***giỏi*** |
        | 1 | {rich} **Tập thể** xã | {rich} a\\n**b** |",
    );
    assert_eq!(
        formats(&bytes),
        [
            "A1 bold:Tập thể",
            "C1 italic:nông dân both:giỏi",
            "B2 bold:Tập thể",
            "C2 bold:b"
        ]
    );
    assert_eq!(formats(&workbook("## A\n| **x** y | z |")), NONE);
    // The same where a generator writes prefixes, counts on the order of cells, or has a formula beside them.
    let strings = |xml: String| {
        xml.replace('<', "<x:")
            .replace("<x:/", "</x:")
            .replace("xmlns=", "xmlns:x=")
    };
    let strings = |xml: String| strings(xml).replace("<x:?xml", "<?xml");
    let prefixed = with_part(&bytes, "xl/sharedStrings.xml", strings);
    assert_eq!(formats(&prefixed), formats(&bytes));
    let unplaced = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        let place = regex_lite::Regex::new(" r=\"[A-Z]\\d\"").expect("a pattern");
        place.replace_all(&xml, "").into_owned()
    });
    assert_eq!(formats(&unplaced), formats(&bytes));
    let formula = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace(
            "</sheetData>",
            "<row r=\"9\"><c r=\"A9\"><f>1+1</f><v>2</v></c></row></sheetData>",
        )
    });
    assert_eq!(formats(&formula), formats(&bytes));
}

#[test]
fn a_number_is_no_index_of_a_text() {
    // 0, 1 and 2 are indices of the texts; the plain text is shared with a rich one that reads the same.
    let bytes = workbook("## A\n| {rich} **a** b | 0 | a b | 0 | {rich} a **b** |\n| 2 | TRUE | =A2 -> 0 |");
    assert_eq!(formats(&bytes), ["A1 bold:a", "E1 bold:b"]);
    let bytes = workbook("## A\n| {rich} **a** b | 0 | a b | 0 | {rich} a **b** |\n| 2 | TRUE |");
    assert_eq!(formats(&bytes), ["A1 bold:a", "E1 bold:b"]);
}

#[test]
fn runs_of_inline_strings_are_cleaned_like_the_text_they_make() {
    let inline = |strings: &str| {
        with_sheet_data(&format!(
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is>{strings}</is></c><c r=\"B1\"><v>1</v></c></row>"
        ))
    };
    let bold = |text: &str| format!("<r><rPr><b/></rPr><t xml:space=\"preserve\">{text}</t></r>");
    let plain = |text: &str| format!("<r><rPr><i val=\"0\"/></rPr><t xml:space=\"preserve\">{text}</t></r>");
    for (strings, expected) in [
        // A letter whose marks stand in the next run, decomposed.
        (bold("Ke") + &*plain("\u{302}\u{301} hoạch"), "A1 bold:Kế"),
        (bold("a &lt;b&#62;_x005F_ ") + &*plain("c"), "A1 bold:a <b>_ "),
        (plain("a_x000D_") + &*bold("\nb") + &*plain("_x000D_\nc"), "A1 bold:b"),
        (plain("a\r\n") + &*bold("b"), "A1 bold:b"),
        (plain("a") + &*bold("<![CDATA[&b]]>"), "A1 bold:&b"),
        (
            bold("東") + &*plain("京") + "<rPh sb=\"0\" eb=\"2\"><t>とう</t></rPh><phoneticPr fontId=\"1\"/>",
            "A1 bold:東",
        ),
        // Blanks at the ends of a run don't count where the file doesn't say so.
        (
            bold("a") + "<r><rPr/><t> b </t></r><r><t/></r>" + &*bold("c"),
            "A1 bold:a bold:c",
        ),
        (
            "<r><rPr><b val=\"true\"/><i/></rPr><t>a</t></r>".to_owned() + &*plain("b"),
            "A1 both:a",
        ),
    ] {
        assert_eq!(formats(&inline(&strings)), [expected], "{strings}");
    }
    for strings in [
        bold("a") + &*bold(" b"),
        "<r><rPr><b val=\"0\"/></rPr><t>a</t></r>".to_owned() + &*plain("b"),
        "<rPr><b/></rPr><t>a</t>".to_owned(),
        "<t>a</t>".to_owned(),
        String::new(),
    ] {
        assert_eq!(formats(&inline(&strings)), NONE, "{strings}");
    }
    let prefixed = with_part(
        &inline(&(bold("a") + &*plain("b"))),
        "xl/worksheets/sheet1.xml",
        |xml| {
            let opened = xml.replace('<', "<x:").replace("<x:/", "</x:");
            opened.replace("xmlns=", "xmlns:x=")
        },
    );
    assert_eq!(formats(&prefixed), ["A1 bold:a"]);
}

#[test]
fn a_run_without_a_look_of_its_own_has_that_of_the_cell() {
    use rust_xlsxwriter::Format;
    let bytes = workbook_with("## A", |workbook| {
        let (plain, italic) = (Format::new(), Format::new().set_italic());
        let bold = Format::new().set_bold();
        workbook
            .worksheet_from_index(0)
            .expect("a sheet")
            .write_rich_string_with_format(0, 0, &[(&plain, "đậm "), (&italic, "nghiêng")], &bold)
            .expect("a cell")
            .write_rich_string(1, 0, &[(&plain, "thường "), (&italic, "nghiêng")])
            .expect("a cell");
    });
    assert_eq!(formats(&bytes), ["A1 bold:đậm  italic:nghiêng", "A2 italic:nghiêng"]);
}

/// The pictures of the first sheet: `B2:C3 image1.png`.
fn pictures(bytes: &[u8]) -> Vec<String> {
    let workbook = read(bytes).expect("a workbook");
    let pictures = workbook.sheets[0].pictures.iter();
    pictures
        .map(|(first, picture)| format!("{first}:{} {}", picture.last, picture.name))
        .collect()
}

/// A workbook with pictures over B2 (which it exceeds), over merged cells and in C5; the second sheet has that of B2 too.
fn with_pictures() -> Vec<u8> {
    workbook_with("## A\n| x |\n| y | | z | < |\n## B\n| x |", |workbook| {
        let sheet = workbook.worksheet_from_index(0).expect("a sheet");
        sheet.set_column_width_pixels(1, 40).expect("a column");
        sheet.insert_image(1, 1, &picture("một")).expect("a picture");
        sheet.insert_image(1, 3, &picture("hai")).expect("a picture");
        sheet.embed_image(4, 2, &picture("ba")).expect("a picture");
        let sheet = workbook.worksheet_from_index(1).expect("a sheet");
        sheet.insert_image(0, 0, &picture("một")).expect("a picture");
    })
}

#[test]
fn pictures_are_known_by_the_cell_they_stand_in() {
    let bytes = with_pictures();
    let found = pictures(&bytes);
    assert_eq!(found.len(), 3, "{found:?}");
    let workbook = read(&bytes).expect("a workbook");
    let [(over, one), (merged, two), (within, three)] = &workbook.sheets[0].pictures[..] else {
        panic!("{found:?}");
    };
    assert_eq!((over.to_string(), one.last.to_string()), ("B2".into(), "C2".into()));
    assert_eq!((merged.to_string(), two.last.to_string()), ("C2".into(), "D2".into()));
    assert_eq!((within.to_string(), three.last.to_string()), ("C5".into(), "C5".into()));
    for (picture, text) in [(one, "một"), (two, "hai"), (three, "ba")] {
        assert_eq!(*picture.bytes, *png(text));
        assert!(picture.name.starts_with("image") && picture.name.ends_with(".png"));
    }
    let (at, again) = &workbook.sheets[1].pictures[0];
    assert_eq!(at.to_string(), "A1");
    assert!(std::sync::Arc::ptr_eq(&again.bytes, &one.bytes), "a file is held once");
    // A cell that holds a picture holds no error.
    assert!(cell(&workbook, 4, 2).is_none_or(Cell::is_blank));
}

#[test]
fn anchors_of_every_kind_are_followed() {
    let picture = "<xdr:pic><xdr:nvPicPr><xdr:cNvPr id=\"2\" name=\"x\"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed=\"rId1\"/></xdr:blipFill></xdr:pic>";
    let from = "<xdr:from><xdr:col>1</xdr:col><xdr:colOff>9525</xdr:colOff><xdr:row>2</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>";
    let to = "<xdr:to><xdr:col>3</xdr:col><xdr:colOff>9525</xdr:colOff><xdr:row>4</xdr:row><xdr:rowOff>95250</xdr:rowOff></xdr:to>";
    let two = |content: &str| format!("<xdr:twoCellAnchor editAs=\"oneCell\">{from}{to}{content}</xdr:twoCellAnchor>");
    let alternate = |content: &str| {
        format!(
            "<mc:AlternateContent><mc:Choice Requires=\"a14\">{content}</mc:Choice><mc:Fallback>{content}</mc:Fallback>\
             </mc:AlternateContent>"
        )
    };
    let drawn = |content: &str| {
        with_part(&with_pictures(), "xl/drawings/drawing1.xml", |_| {
            format!(
                "<?xml version=\"1.0\"?><xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\" xmlns:r=\"r\" xmlns:mc=\"m\">{content}</xdr:wsDr>"
            )
        })
    };
    for (content, expected) in [
        // A cell that a picture only touches is not covered.
        (two(picture), vec!["B3:C5"]),
        (
            format!("<xdr:oneCellAnchor>{from}<xdr:ext cx=\"9\" cy=\"9\"/>{picture}</xdr:oneCellAnchor>"),
            vec!["B3:B3"],
        ),
        (alternate(&two(picture)), vec!["B3:C5"]),
        (two(&alternate(picture)), vec!["B3:C5"]),
        (
            two(&format!(
                "<xdr:grpSp><xdr:grpSpPr/>{picture}<xdr:grpSp>{picture}</xdr:grpSp></xdr:grpSp>"
            )),
            vec!["B3:C5", "B3:C5"],
        ),
        // A file for one program only, and the one for all others.
        (
            two(&picture.replace(
                "<a:blip r:embed=\"rId1\"/>",
                &alternate("<a:blip r:embed=\"rId9\"/>").replacen("rId9\"/></mc:Fallback", "rId1\"/></mc:Fallback", 1),
            )),
            vec!["B3:C5"],
        ),
        (two("<xdr:sp><a:blip r:embed=\"rId1\"/></xdr:sp>"), vec![]),
        (two(&picture.replace("<xdr:cNvPr", "<xdr:cNvPr hidden=\"1\"")), vec![]),
        (two(&picture.replace("rId1", "rId9")), vec![]),
        (two(&picture.replace("r:embed", "r:link")), vec![]),
        (two(picture).replace("<xdr:row>2<", "<xdr:row>1048576<"), vec![]),
        (two(picture).replace("<xdr:col>1<", "<xdr:col>-1<"), vec![]),
        (
            two(picture).replace("<xdr:col>3<", "<xdr:col>99999999999<"),
            vec!["B3:XFD5"],
        ),
        (two(picture).replace("<xdr:col>3<", "<xdr:col>0<"), vec!["B3:B5"]),
        (
            format!("<xdr:absoluteAnchor><xdr:pos x=\"0\" y=\"0\"/>{picture}</xdr:absoluteAnchor>"),
            vec![],
        ),
        // What was read before the damage counts.
        (two(picture) + "<xdr:twoCellAnchor></xdr:", vec!["B3:C5"]),
        (String::new(), vec![]),
    ] {
        let found = pictures(&drawn(&content));
        let cells: Vec<&str> = found.iter().filter_map(|found| found.split(' ').next()).collect();
        // The picture in C5 stands in no drawing.
        assert_eq!(cells, [expected, vec!["C5:C5"]].concat(), "{content}");
    }
}

#[test]
fn damaged_pictures_are_no_reason_to_refuse_the_figures() {
    let bytes = with_pictures();
    let names: Vec<String> = {
        let package = Package::read(bytes.clone(), &opc::Limits::default()).expect("a package");
        let parts = package.names().map(str::to_owned);
        let is_theirs = |name: &String| {
            [
                "xl/drawings/",
                "xl/media/",
                "xl/richData/",
                "xl/metadata",
                "xl/worksheets/_rels/",
            ]
            .iter()
            .any(|start| name.starts_with(start))
        };
        parts.filter(is_theirs).collect()
    };
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let mut package = Package::read(bytes.clone(), &opc::Limits::default()).expect("a package");
        package.remove(&name);
        let workbook = read(&package.write().expect("a package")).expect(&name);
        assert_eq!(raw(&workbook, 0, 0), Raw::Text("x".into()), "{name}");
        for damage in [
            &b""[..],
            b"<",
            b"<a",
            b"\xff\xfe",
            b"<xdr:from><xdr:col>1",
            b"<rvData><rv s=\"9\"><v>7</v>",
        ] {
            package.set(&name, damage);
            let workbook = read(&package.write().expect("a package")).expect(&name);
            assert_eq!(raw(&workbook, 0, 0), Raw::Text("x".into()), "{name}");
        }
    }
    // Without its picture the cell says what the file says.
    let lost = with_part(&bytes, "xl/richData/rdrichvalue.xml", |_| String::new());
    assert_eq!(
        raw(&read(&lost).expect("a workbook"), 4, 2),
        Raw::Error("#VALUE!".into())
    );
}

#[test]
fn a_workbook_of_the_1904_date_system_gives_the_same_dates() {
    let bytes = with_part(&workbook("## A\n| 2023-12-15 |"), "xl/workbook.xml", |xml| {
        xml.replace("<workbookPr", "<workbookPr date1904=\"1\"")
    });
    let bytes = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("<v>45275</v>", "<v>43813</v>")
    });
    assert_eq!(
        raw(&read(&bytes).expect("a workbook"), 0, 0),
        Raw::Date(date(2023, 12, 15))
    );
}

#[test]
fn formulas_are_told_from_values_and_from_results_never_computed() {
    let workbook = read(&workbook("## A\n| 1 | =A1+1 -> 2 | =A1+1 |")).expect("a workbook");
    let formulas: Vec<Formula> = workbook.sheets[0].rows[0]
        .cells
        .iter()
        .map(|cell| cell.formula)
        .collect();
    assert_eq!(formulas, [Formula::None, Formula::Computed, Formula::NotComputed]);

    let bytes = with_sheet_data(
        "<row r=\"2\"><c r=\"A2\"><f>1+1</f></c><c r=\"B2\"><f>1+1</f><v></v></c>\
         <c r=\"C2\" t=\"str\"><f>IF(A1=\"\",\"\",1)</f><v></v></c><c r=\"D2\" t=\"e\"><f>X()</f><v>#SPILL!</v></c></row>",
    );
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(cell(&workbook, 1, 0).expect("A2").formula, Formula::NotComputed);
    assert_eq!(cell(&workbook, 1, 1).expect("B2").formula, Formula::NotComputed);
    assert!(cell(&workbook, 1, 2).is_none());
    assert_eq!(raw(&workbook, 1, 3), Raw::Error("#SPILL!".into()));
}

#[test]
fn hidden_and_merged_places_are_known() {
    let bytes = workbook("## A\n| x | < |\n| y | | {hidden}\n## B {hidden}\n| z |");
    let workbook = read(&bytes).expect("a workbook");
    let hidden: Vec<bool> = workbook.sheets[0].rows.iter().map(|row| row.hidden).collect();
    assert_eq!(hidden, [false, true]);
    assert_eq!(workbook.sheets[0].merged, [(CellRef::new(0, 0), CellRef::new(0, 1))]);
    assert!(workbook.sheets[1].hidden);
}

#[test]
fn hidden_columns_and_custom_properties_are_known() {
    let bytes = workbook_with("## A\n| x |", |workbook| {
        workbook
            .worksheet_from_index(0)
            .expect("a sheet")
            .set_column_hidden(2)
            .expect("a column");
        set_property(workbook, "baocao.pack", "bc-thử");
    });
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(workbook.sheets[0].hidden_columns, [(2, 2)]);
    assert_eq!(
        workbook.properties.get("baocao.pack").map(String::as_str),
        Some("bc-thử")
    );
}

#[test]
fn an_old_workbook_is_read_like_the_new_one_by_its_content() {
    let markdown = "## A\n| 258 | 130.7% | 2023-12-15 | TRUE | =A1 -> 3 | a\\nb | < |\n| x | {rich} y **z** | {hidden}\n## B {hidden}\n| z |";
    let sheets = |bytes: &[u8]| format!("{:?}", read(bytes).expect("a workbook").sheets);
    let new = sheets(&workbook(markdown));
    let old = Xls::new(markdown).property("baocao.pack", "bc-thử").build();
    assert_eq!(sheets(&old), new);
    let old = read(&old).expect("a workbook");
    assert_eq!(
        (old.container, &*old.properties["baocao.pack"]),
        (Container::Xls, "bc-thử")
    );
    // A bare stream, as programs for old Excel write it.
    assert_eq!(sheets(&Xls::new(markdown).excel_95(1252).stream()), new);
}

#[test]
fn other_files_are_named_with_the_way_out() {
    let ole = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600], &name].concat()
    };
    let zip = |parts: &[&str]| package(&parts.iter().map(|part| (*part, b"x".to_vec())).collect::<Vec<_>>());
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(unit)
            .collect::<Vec<u8>>()
    };
    let whole = workbook("## A\n| x |");
    let xml_2003 = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook><Table/></Workbook>";
    let shortcut = [&[0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0][..], &[0; 60]].concat();
    let lock = [&[3][..], b"Lan", &[b' '; 161]].concat();
    for (bytes, code, says) in [
        (Vec::new(), "tep/rong", "tệp rỗng"),
        (vec![0; 5_000], "tep/toan-so-khong", "toàn số 0"),
        (whole[..whole.len() / 2].to_vec(), "tep/hong", "bị cụt"),
        (b"PK\x03\x04 cut off".to_vec(), "tep/hong", "bị cụt"),
        (ole("Workbook"), "tep/hong", "hỏng"),
        (b"\x09\x04\x06\0\0\x04\0\x01\0\0".to_vec(), "tep/xls-cu", "Excel 4"),
        (ole("EncryptedPackage"), "tep/mat-khau", "mật khẩu"),
        (ole("WordDocument"), "tep/khong-phai-excel", "loại tệp Office khác"),
        (
            zip(&["word/document.xml"]),
            "tep/khong-phai-excel",
            "loại tệp Office khác",
        ),
        (
            b"\xEF\xBB\xBF <html><table>".to_vec(),
            "tep/trang-web",
            "trang web (HTML)",
        ),
        (
            utf16(
                "<HTML xmlns:x=\"urn:schemas-microsoft-com:office:excel\">",
                u16::to_le_bytes,
            ),
            "tep/trang-web",
            "(HTML)",
        ),
        (
            "MIME-Version: 1.0\nX-Document-Type: Workbook\nContent-Type: multipart/related; boundary=x\n\n<html>"
                .into(),
            "tep/trang-web",
            "(MHTML)",
        ),
        ("STT,Tên\n1,An".into(), "tep/van-ban-thuan", "CSV"),
        (utf16("STT\tTên\r\n1\tAn", u16::to_le_bytes), "tep/van-ban-thuan", "CSV"),
        (utf16("STT\tTên\r\n1\tAn", u16::to_be_bytes), "tep/van-ban-thuan", "CSV"),
        (xml_2003.into(), "tep/xml-2003", "XML 2003"),
        (utf16(xml_2003, u16::to_le_bytes), "tep/xml-2003", "XML 2003"),
        (
            "<?xml version=\"1.0\"?><office:document xmlns:office=\"x\">".into(),
            "tep/opendocument",
            ".fods",
        ),
        (
            "<?xml version=\"1.0\"?><hoa-don/>".into(),
            "tep/khong-ro",
            "không nhận ra",
        ),
        (b"%PDF-1.7".to_vec(), "tep/pdf", "PDF"),
        ("{\\rtf1 x}".into(), "tep/rtf", "RTF"),
        (png("x"), "tep/anh", "tệp ảnh"),
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec(), "tep/anh", "tệp ảnh"),
        (b"\0\0\0\x28ftypheic".to_vec(), "tep/anh", "tệp ảnh"),
        (b"Rar!\x1A\x07\0".to_vec(), "tep/nen", ".rar"),
        (
            zip(&["Biểu 1.xlsx", "thư mục/b.XLS", "__MACOSX/._b.xls", "doc.pdf"]),
            "tep/nen",
            "“Biểu 1.xlsx”, “thư mục/b.XLS”",
        ),
        (zip(&["a.txt"]), "tep/khong-ro", "không nhận ra"),
        (zip(&["Index/Document.iwa", "preview.jpg"]), "tep/numbers", "Numbers"),
        (
            "{\"url\": \"https://docs.google.com/open?id=1\"}".into(),
            "tep/google-trang-tinh",
            "Google",
        ),
        (
            "[InternetShortcut]\r\nURL=file:///a.xlsx".into(),
            "tep/loi-tat",
            "lối tắt",
        ),
        (shortcut, "tep/loi-tat", "lối tắt"),
        (lock, "tep/tam", "~$"),
        (b"\x00\x01\x02".to_vec(), "tep/khong-ro", "không nhận ra"),
    ] {
        let error = read(&bytes).expect_err(code);
        let text = error.text();
        assert_eq!((error.code(), text.vi.contains(says)), (code, true), "{}", text.vi);
        assert!(!text.en.is_empty() && !error.hint().vi.is_empty() && !error.hint().en.is_empty());
        assert!(
            !text.vi.contains("cần tệp Excel .xlsx"),
            "other kinds are fine too: {}",
            text.vi
        );
    }
    let save = "Tệp (File) > Lưu như (Save As) > Excel Workbook (*.xlsx)";
    assert!(Error::Foreign(Foreign::Html).hint().vi.contains(save));
    assert_eq!(
        Error::Foreign(Foreign::Pdf).text().vi,
        "cần một sổ tính (.xlsx, .xls, .xlsb, .ods), đây là tệp PDF"
    );
}

#[test]
fn a_damaged_workbook_never_panics() {
    let bytes = workbook("## A\n| 258 | =A1 -> 3 | a\\nb | < |\n| x | y | {rich} z **z** | {hidden}");
    for bytes in [&bytes, &with_pictures()] {
        for cut in (0..bytes.len()).step_by(37) {
            let _ = read(&bytes[..cut]);
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x55;
            let _ = read(&flipped);
        }
    }
    for part in [
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "_rels/.rels",
    ] {
        for text in [
            "",
            "<",
            "<a/>",
            "<sst",
            "<worksheet/>",
            "<worksheet><sheetData><row><c><v>",
            "<sst><si/><si><r><rPr><b/></rPr><t>\u{301}z _x000",
            "<sst><si><r><rPr><b/></rPr><t>z</t></r><t>_xD83D__x</si></si></sst>",
        ] {
            let _ = read(&with_part(&bytes, part, |_| text.to_owned()));
        }
    }
}

#[test]
fn the_last_cell_of_excel_is_harmless_and_what_lies_beyond_is_damage() {
    let bytes = with_sheet_data("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(raw(&workbook, 1_048_575, 16_383), Raw::Number(1.0));
    for place in [
        "XFE1",
        "A1048577",
        "A4294967295",
        "A99999999999",
        "ZZZZZZZZZZ1",
        "A0",
        "1",
        "",
        "Ạ1",
    ] {
        let rows = format!("<row><c r=\"{place}\"><v>1</v></c></row>");
        assert!(
            matches!(read(&with_sheet_data(&rows)), Err(Error::Damaged(_))),
            "{place}"
        );
    }
}

#[test]
fn rows_out_of_order_are_put_in_order() {
    let bytes = with_sheet_data(
        "<row r=\"3\"><c r=\"B3\"><v>3</v></c><c r=\"A3\"><v>2</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"3\"><c r=\"C3\"><v>4</v></c></row>",
    );
    let workbook = read(&bytes).expect("a workbook");
    let rows: Vec<u32> = workbook.sheets[0].rows.iter().map(|row| row.index).collect();
    assert_eq!(rows, [0, 2]);
    let columns: Vec<u32> = workbook.sheets[0].rows[1]
        .cells
        .iter()
        .map(|cell| cell.column)
        .collect();
    assert_eq!(columns, [0, 1, 2]);
}

#[test]
fn every_limit_is_told_by_name() {
    let bytes = workbook("## A\n| x | y | < |\n| z |\n## B\n| 1 |");
    let unlimited = Limits::default();
    let limit = |limits: Limits| match super::read(&bytes, &limits) {
        Err(Error::TooLarge(limit)) => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        limit(Limits {
            file_bytes: 9,
            ..unlimited
        }),
        Limit::FileBytes(9)
    );
    assert_eq!(
        limit(Limits {
            part_bytes: 9,
            ..unlimited
        }),
        Limit::InflatedBytes(unlimited.total_bytes)
    );
    assert_eq!(
        limit(Limits {
            total_bytes: 99,
            ..unlimited
        }),
        Limit::InflatedBytes(99)
    );
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
    assert_eq!(limit(Limits { merged: 0, ..unlimited }), Limit::Merged(0));
    // A text that two cells share counts for each.
    let shared = workbook("## A\n| {rich} **a** b | {rich} **a** b |");
    let inline =
        with_sheet_data("<row><c t=\"inlineStr\"><is><r><rPr><b/></rPr><t>a</t></r><r><t>b</t></r></is></c></row>");
    for (bytes, runs) in [(&shared, 1), (&inline, 1), (&shared, 0)] {
        let limits = Limits { runs, ..unlimited };
        match super::read(bytes, &limits) {
            Err(Error::TooLarge(limit)) => assert_eq!(limit, Limit::Runs(runs)),
            other => panic!("{other:?}"),
        }
    }
    let bytes = with_pictures();
    let limit = |limits: Limits| super::read(&bytes, &limits).expect_err("too large").text().en;
    let pictures = Limits {
        pictures: 3,
        ..unlimited
    };
    assert!(limit(pictures).ends_with("more than 3 pictures"));
    // Three files, one of them shown twice.
    let all: usize = ["một", "hai", "ba"].map(|name| png(name).len()).iter().sum();
    let picture_bytes = |bytes: usize| Limits {
        picture_bytes: bytes as u64,
        ..unlimited
    };
    assert!(limit(picture_bytes(all - 1)).contains("the pictures hold more than"));
    assert!(super::read(&bytes, &picture_bytes(all)).is_ok());
}

#[test]
fn bombs_cost_nothing() {
    let bytes = workbook("## A\n| x |");
    let claim = with_part(&bytes, "xl/sharedStrings.xml", |xml| {
        xml.replace("uniqueCount=\"1\"", "uniqueCount=\"9223372036854775807\"")
    });
    assert!(matches!(read(&claim), Err(Error::TooLarge(Limit::SharedStrings(_)))));
    let entities = with_part(&bytes, "xl/sharedStrings.xml", |_| {
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><sst count=\"1\"><si><t>&b;</t></si></sst>"
            .to_owned()
    });
    assert!(matches!(read(&entities), Err(Error::Damaged(_))));
    let name = "x".repeat(1 << 20);
    let styles = with_part(&bytes, "xl/styles.xml", |xml| xml.replace("Calibri", &name));
    assert!(matches!(read(&styles), Err(Error::Damaged(_))));
    let limits = Limits {
        part_bytes: 1 << 20,
        ..Limits::default()
    };
    let zip_bomb = with_sheet_data(&" ".repeat(2 << 20));
    assert!(matches!(super::read(&zip_bomb, &limits), Err(Error::TooLarge(_))));
    let brackets = with_part(&bytes, "xl/styles.xml", |xml| {
        let format = "[".repeat(300);
        xml.replace(
            "<fonts",
            &format!("<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"{format}\"/></numFmts><fonts"),
        )
        .replace("numFmtId=\"0\"", "numFmtId=\"164\"")
    });
    let _ = read(&brackets);
}

#[test]
fn texts_in_legacy_fonts_are_read_as_unicode_and_keep_what_is_bold() {
    use rust_xlsxwriter::{Format, Workbook as Book};
    let font = |name: &str| Format::new().set_font_name(name);
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    sheet
        .write_with_format(0, 0, "Céng hoµ x· héi", &font(".VnTime"))
        .and_then(|sheet| sheet.write_with_format(0, 1, "tæ chøc tÝn dông", &font(".VnTimeH")))
        .and_then(|sheet| sheet.write_with_format(0, 2, "Uûy ban nhaân daân", &font("VNI-Times")))
        .and_then(|sheet| sheet.write_with_format(0, 3, "15a.206", &font(".VnTime")))
        .and_then(|sheet| sheet.write_with_format(0, 4, "Hà Nội, xã Tân Hoà", &font(".VnTime")))
        .and_then(|sheet| sheet.write(1, 0, "Müller, 10 µm"))
        .and_then(|sheet| {
            let parts = [
                (&font(".VnTime"), "ThÞ trÊn "),
                (&font("VNI-Times").set_bold(), "Caàn Giôø"),
                (&font("Arial"), " café"),
            ];
            sheet.write_rich_string_with_format(1, 1, &parts, &font(".VnTime"))
        })
        .and_then(|sheet| sheet.set_name("BiÓu tæng hîp §¬n vÞ"))
        .expect("a sheet");
    let workbook = read(&book.save_to_buffer().expect("a workbook")).expect("a workbook");
    let text = |row, column| match raw(&workbook, row, column) {
        Raw::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text(0, 0), "Cộng hoà xã hội");
    assert_eq!(text(0, 1), "TỔ CHỨC TÍN DỤNG");
    assert_eq!(text(0, 2), "Ủy ban nhân dân");
    assert_eq!(text(0, 3), "15a.206");
    assert_eq!(text(0, 4), "Hà Nội, xã Tân Hoà");
    assert_eq!(text(1, 0), "Müller, 10 µm");
    assert_eq!(text(1, 1), "Thị trấn Cần Giờ café");
    let sheet = &workbook.sheets[0];
    assert_eq!(sheet.name, "Biểu tổng hợp Đơn vị");
    let [(at, formats)] = &sheet.formats[..] else {
        panic!("{:?}", sheet.formats);
    };
    assert_eq!((at.row, at.column), (1, 1));
    assert!(matches!(&formats[..], [format] if &text(1, 1)[format.range.clone()] == "Cần Giờ" && format.bold));
    let decoded: Vec<String> = sheet.decoded.iter().map(|(at, text)| format!("{at} {text}")).collect();
    assert_eq!(
        decoded,
        [
            "A1 Céng hoµ x· héi",
            "B1 tæ chøc tÝn dông",
            "C1 Uûy ban nhaân daân",
            "B2 ThÞ trÊn Caàn Giôø café"
        ]
    );
    assert!(sheet.charsets.is_empty());
}
