use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Lang;

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    // The check sum is not looked at: Word says itself when a picture is damaged within.
    [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat()
}

fn png(width: u32, height: u32, per_metre: Option<(u32, u32)>) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let pixels = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    bytes.extend(chunk(b"IHDR", &pixels));
    if let Some((x, y)) = per_metre {
        bytes.extend(chunk(b"pHYs", &[&x.to_be_bytes()[..], &y.to_be_bytes(), &[1]].concat()));
    }
    bytes.extend(chunk(b"IDAT", b"\x78\x01\x01"));
    bytes.extend(chunk(b"IEND", b""));
    bytes
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    [&[0xFF, marker], &(data.len() as u16 + 2).to_be_bytes()[..], data].concat()
}

/// A directory of TIFF, most significant byte first: tag, type (3 short, 4 long, 5 fraction), value.
fn tiff(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
    let mut fractions = Vec::new();
    let end = 8 + 2 + 12 * entries.len() as u32 + 4;
    bytes.extend((entries.len() as u16).to_be_bytes());
    for &(tag, kind, value) in entries {
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(1u32.to_be_bytes());
        match kind {
            3 => bytes.extend([&(value as u16).to_be_bytes()[..], &[0, 0]].concat()),
            4 => bytes.extend(value.to_be_bytes()),
            _ => {
                bytes.extend((end + fractions.len() as u32).to_be_bytes());
                fractions.extend([value.to_be_bytes(), 1u32.to_be_bytes()].concat());
            }
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(fractions);
    bytes
}

fn jpeg(width: u16, height: u16, first: &[Vec<u8>]) -> Vec<u8> {
    let frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    let mut bytes = b"\xFF\xD8".to_vec();
    bytes.extend(first.concat());
    bytes.extend(segment(0xDB, &[0; 65]));
    bytes.extend(b"\xFF");
    bytes.extend(segment(0xC0, &frame));
    bytes.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
    bytes.extend(b"\x12\x34\xFF\xD9");
    bytes
}

fn jfif(unit: u8, x: u16, y: u16) -> Vec<u8> {
    let density = [
        &b"JFIF\0\x01\x02"[..],
        &[unit],
        &x.to_be_bytes(),
        &y.to_be_bytes(),
        &[0, 0],
    ];
    segment(0xE0, &density.concat())
}

fn exif(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0".to_vec(), tiff(entries)].concat())
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    // Two colours, an extension, a picture of two pixels; the end mark is missing in many a file.
    let blocks = b"\x80\0\0\xFF\xFF\xFF\0\0\0\x21\xF9\x04\0\0\0\0\0\x2C\0\0\0\0\x02\0\x01\0\0\x02\x02\x44\x51\0";
    [b"GIF89a", &size[..], blocks].concat()
}

fn bmp(width: u32, height: i32, per_metre: u32) -> Vec<u8> {
    let line = (width * 24).div_ceil(32) * 4;
    let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend(b"\x01\0\x18\0\0\0\0\0\0\0\0\0");
    bytes.extend([per_metre.to_le_bytes(), per_metre.to_le_bytes()].concat());
    bytes.extend([0; 8]);
    bytes.extend(vec![0; (line * height.unsigned_abs()) as usize]);
    bytes
}

/// One of each kind, 30 pixels across and 20 down.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("image/png", png(30, 20, Some((11_811, 11_811)))),
        (
            "image/jpeg",
            jpeg(30, 20, &[jfif(1, 300, 300), exif(&[(274, 3, 1), (282, 5, 72)])]),
        ),
        ("image/gif", gif(30, 20)),
        ("image/bmp", bmp(30, -20, 3_937)),
        (
            "image/tiff",
            tiff(&[
                (256, 3, 30),
                (257, 4, 20),
                (273, 4, 0),
                (279, 4, 102),
                (282, 5, 200),
                (283, 5, 200),
            ]),
        ),
    ]
}

#[track_caller]
fn read(bytes: &[u8]) -> Picture {
    Picture::read(Arc::from(bytes)).unwrap_or_else(|reason| panic!("{reason:?}"))
}

#[track_caller]
fn refusal(bytes: &[u8]) -> Unusable {
    Picture::read(Arc::from(bytes)).expect_err("unusable")
}

#[test]
fn each_kind_is_known_by_its_content_and_measured() {
    for (content_type, bytes) in samples() {
        let picture = read(&bytes);
        assert_eq!(picture.format.content_type, content_type);
        assert_eq!((picture.width, picture.height), (30, 20), "{content_type}");
        assert!(!picture.is_turned, "{content_type}");
    }
}

/// The width on paper in tenths of a millimetre.
fn tenths(bytes: &[u8]) -> u64 {
    (read(bytes).natural.width.0 + 1_800) / 3_600
}

#[test]
fn the_size_on_paper_follows_the_resolution_when_it_can_be_true() {
    let jpeg = |first: &[Vec<u8>]| jpeg(300, 300, first);
    let dots = |tag_unit: u32, count: u32| exif(&[(282, 5, count), (283, 5, count), (296, 3, tag_unit)]);
    for (what, bytes, width) in [
        ("300 dots an inch", png(300, 300, Some((11_811, 11_811))), 254),
        ("none told", png(300, 300, None), 794),
        ("one dot a metre", png(300, 300, Some((1, 1))), 794),
        ("more than any scanner", png(300, 300, Some((u32::MAX, u32::MAX))), 794),
        ("proportions beyond belief", png(300, 300, Some((3_937, 39_370))), 794),
        ("none in one direction", png(300, 300, Some((11_811, 0))), 794),
        ("dots an inch", jpeg(&[jfif(1, 300, 300)]), 254),
        ("dots a centimetre", jpeg(&[jfif(2, 118, 118)]), 254),
        ("proportions only", jpeg(&[jfif(0, 1, 1)]), 794),
        (
            "Exif where JFIF tells nothing",
            jpeg(&[jfif(0, 1, 1), dots(2, 300)]),
            254,
        ),
        ("Exif in centimetres", jpeg(&[dots(3, 118)]), 254),
        ("Exif without a unit", jpeg(&[dots(1, 300)]), 794),
        ("a screen's picture", gif(300, 300), 794),
        ("dots a metre", bmp(300, 300, 11_811), 254),
        ("none told", bmp(300, 300, 0), 794),
    ] {
        assert_eq!(tenths(&bytes), width, "{what}");
    }
    // A fax: twice as many dots across as down.
    let size = read(&png(800, 400, Some((8_000, 4_000)))).natural;
    assert_eq!(size.width, size.height);
}

#[test]
fn a_photo_taken_with_the_camera_turned_is_told() {
    assert!(!read(&jpeg(40, 30, &[exif(&[(274, 3, 1)])])).is_turned);
    let picture = read(&jpeg(40, 30, &[exif(&[(274, 3, 6)])]));
    assert!(picture.is_turned);
    assert!(
        picture.natural.width > picture.natural.height,
        "not distorted: Word shows the pixels as they lie"
    );
    assert!(turned("chu_ky").print(Lang::Vi).contains("xoay cho đúng chiều"));
}

#[test]
fn a_picture_cut_anywhere_is_refused() {
    for (kind, bytes) in samples() {
        for length in 0..bytes.len() {
            let found = Picture::read(Arc::from(&bytes[..length]));
            assert!(found.is_err(), "{kind} cut after {length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn what_every_word_shows_is_asked_for_and_how_to_get_it() {
    for (bytes, vi, en) in [
        (&b"RIFF\0\0\0\0WEBPVP8 "[..], "tệp này dạng WebP", "of the kind WebP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "HEIC", "HEIC"),
        (b"%PDF-1.7", "dạng PDF", "PDF"),
        (
            b"<?xml version=\"1.0\"?><svg xmlns=\"x\"/>",
            "chụp màn hình",
            "take a screenshot",
        ),
        (b"Kinh gui", "không phải ảnh", "no picture"),
        (b"", "tệp này trống", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "hỏng hoặc chép chưa hết", "copied in part"),
        (&png(20_001, 1, None), "20001 × 1 điểm", "20001 × 1"),
        (&png(0, 1, None), "hỏng", "damaged"),
    ] {
        let finding = unreadable("con_dau", &refusal(bytes));
        let (found, english) = (finding.print(Lang::Vi), finding.print(Lang::En));
        assert!(
            found.contains("anh/khong-doc-duoc") && found.contains("“con_dau”"),
            "{found}"
        );
        assert!(found.contains(vi) && found.contains("Paint"), "{vi} is not in {found}");
        assert!(
            english.contains(en) && english.contains("Paint"),
            "{en} is not in {english}"
        );
    }
    assert!(
        refusal(b"RIFF\0\0\0\0WEBP")
            .message
            .vi
            .contains("PNG, JPEG, GIF, BMP hoặc TIFF"),
        "what works is said"
    );
    let mut large = png(30, 20, None);
    large.resize(MOST_BYTES + 1, 0);
    assert!(refusal(&large).message.vi.contains("32 MB"));
}

fn millimetres(width: u64, height: u64) -> Size {
    Size {
        width: Emu(width * Emu::MILLIMETRE.0),
        height: Emu(height * Emu::MILLIMETRE.0),
    }
}

#[test]
fn a_picture_in_a_line_is_as_large_as_is_wished_and_fits_its_page() {
    let (natural, most) = (millimetres(40, 20), millimetres(160, 250));
    let wish = |count: f64| Some(Emu::millimetres(count));
    for (width, height, expected) in [
        (None, None, (40, 20)),
        (wish(60.0), None, (60, 30)),
        (None, wish(10.0), (20, 10)),
        (wish(60.0), wish(10.0), (20, 10)),
        (wish(400.0), None, (160, 80)),
        (wish(f64::MAX), None, (160, 80)),
    ] {
        let size = sized(natural, width, height, most);
        assert_eq!(size, millimetres(expected.0, expected.1), "{width:?} {height:?}");
    }
    assert_eq!(sized(millimetres(400, 100), None, None, most), millimetres(160, 40));
    assert_eq!(Emu::millimetres(-1.0), Emu(0));
    assert_eq!(Emu::millimetres(f64::NAN), Emu(0));
    assert!(sized(natural, wish(-5.0), None, most).height.0 > 0, "never nothing");
}

#[test]
fn names_and_descriptions_are_data() {
    let markup = inline("w:", "rId7", 12, "a\"b<c>", "Con dấu & chữ ký", millimetres(2, 1));
    assert!(markup.starts_with("<w:drawing><wp:inline ") && markup.ends_with("</wp:inline></w:drawing>"));
    for part in [
        "<wp:extent cx=\"72000\" cy=\"36000\"/>",
        "<wp:docPr id=\"12\" name=\"a&quot;b&lt;c&gt;\" descr=\"Con dấu &amp; chữ ký\"/>",
        "r:embed=\"rId7\"",
    ] {
        assert!(markup.contains(part), "{part} is not in {markup}");
    }
    let mut names = Vec::new();
    crate::opc::for_each_element(markup.as_bytes(), |element| {
        names.push(element.local_name().as_ref().to_owned());
    })
    .expect("well-formed");
    assert!(!names.iter().any(|name| name == "c"), "{names:?}");
    assert!(inline("", "r", 1, "", "", Size::default()).starts_with("<drawing>"));
}

fn files(names: &[&str]) -> Files {
    names
        .iter()
        .map(|name| ((*name).to_owned(), Cow::Owned(name.as_bytes().to_vec())))
        .collect()
}

fn given(names: &[&str]) -> BTreeMap<String, Arc<[u8]>> {
    names
        .iter()
        .map(|name| ((*name).to_owned(), Arc::from(&b"given"[..])))
        .collect()
}

#[test]
fn a_picture_is_found_where_its_name_says_first_of_all_on_the_command_line() {
    let files = files(&[
        "anh/quoc_huy.bmp",
        "bao-cao.docx",
        "con_dau.gif",
        "Con_Dau.PNG",
        "hinh/con_dau.png",
        "hinh/Chữ ký.JPG",
        "images/logo.jpeg",
        "khac/xa.png",
    ]);
    let given = given(&["dau_tron"]);
    for (name, expected) in [
        ("dau_tron", Some("dau_tron")),
        (" Dau_tron ", Some("dau_tron")),
        ("con_dau", Some("Con_Dau.PNG")),
        ("con_dau.gif", Some("con_dau.gif")),
        ("hinh/con_dau", Some("hinh/con_dau.png")),
        ("hinh\\con_dau.png", Some("hinh/con_dau.png")),
        ("logo", Some("images/logo.jpeg")),
        ("quoc_huy", Some("anh/quoc_huy.bmp")),
        ("Chu\u{31b}\u{303} ky\u{301}", Some("hinh/Chữ ký.JPG")),
        ("khac/xa.png", Some("khac/xa.png")),
        ("xa", None),
        ("bao-cao", None),
        ("", None),
    ] {
        let found = lookup(name, &given, &files);
        assert_eq!(found.as_ref().map(|found| found.name), expected, "{name}");
        if let Some(found) = found {
            let content = if found.name == "dau_tron" { "given" } else { found.name };
            assert_eq!(&*found.bytes, content.as_bytes());
        }
    }
}

#[test]
fn what_is_missing_or_left_over_is_told_with_the_nearest_name() {
    let files = files(&["images/logo.png", "khac/con_dau.png", "bao-cao.docx"]);
    let nothing = BTreeMap::new();
    for (name, hint) in [
        ("chu_ky", "thêm --image chu_ky=TỆP.png"),
        ("con_dau", "có phải là ảnh “khac/con_dau.png”?"),
        ("lgoo", "có phải là ảnh “logo”?"),
        ("chữ ký", "đặt tệp “chữ ký.png” vào thư mục gói"),
        ("Chân dung.jpg", "đặt tệp “Chân dung.jpg” vào thư mục gói"),
    ] {
        let found = missing(name, &nothing, &files).print(Lang::Vi);
        assert!(
            found.starts_with("cảnh báo[anh/thieu]") && found.contains(hint),
            "{found}"
        );
    }
    let given = given(&["chu_ki", "con_dau", "quoc_ky"]);
    let found = unused(&given, ["Con_dau", "chu_ky"]).print(Lang::Vi);
    assert_eq!(found.matches("cảnh báo[anh/khong-dung]").count(), 2, "{found}");
    for part in [
        "“chu_ki”",
        "có phải là ảnh “chu_ky”?",
        "“quoc_ky”",
        "bỏ --image quoc_ky",
    ] {
        assert!(found.contains(part), "{part} is not in {found}");
    }
}

proptest! {
    #[test]
    fn a_fitted_picture_keeps_its_proportions_and_fills_its_frame(
        (width, height) in (1u64..100_000_000, 1u64..100_000_000),
        (frame_width, frame_height) in (1u64..100_000_000, 1u64..100_000_000),
    ) {
        let natural = Size { width: Emu(width), height: Emu(height) };
        let frame = Size { width: Emu(frame_width), height: Emu(frame_height) };
        let size = fit(natural, frame);
        prop_assert!(size.width <= frame.width && size.height <= frame.height);
        prop_assert!(size.width == frame.width || size.height == frame.height, "as large as can be");
        prop_assert!(size.width.0 > 0 && size.height.0 > 0);
        // Each side is off by half a unit at most, or is the least there is.
        let exact = size.width.0 as f64 * height as f64 / width as f64;
        let across = size.height.0 as f64 * width as f64 / height as f64;
        prop_assert!((exact - size.height.0 as f64).abs() <= 1.0 || (across - size.width.0 as f64).abs() <= 1.0);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        sample in 0usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = samples().swap_remove(sample).1;
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(picture) = Picture::read(Arc::from(bytes)) {
            prop_assert!(picture.width.max(picture.height) <= MOST_PIXELS);
            prop_assert!(picture.natural.width.0 > 0 && picture.natural.height.0 > 0);
        }
    }
}
