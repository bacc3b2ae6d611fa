//! What is decoded, letter by letter and text by text, and above all what is not.

use proptest::prelude::*;

use super::*;

/// Texts in Unicode that no reader may change.
const UNICODE: &str = include_str!("../../../tests/support/unicode_texts.txt");

fn unicode_texts() -> impl Iterator<Item = &'static str> {
    UNICODE.lines().filter(|line| !line.starts_with("# "))
}

/// A text decoded by its font, or as it is.
fn by_font(text: &str, charset: Charset) -> String {
    decode(text, charset, &[], &Surroundings::default()).map_or_else(|| text.to_owned(), |decoded| decoded.text)
}

/// A text decoded by itself, in a workbook that holds other texts besides.
fn among(text: &str, others: &[&str]) -> String {
    let mut around = Surroundings::default();
    for other in others {
        around.add(other, Charset::Unknown);
    }
    around.add(text, Charset::Unknown);
    decode(text, Charset::Unknown, &[], &around).map_or_else(|| text.to_owned(), |decoded| decoded.text)
}

fn alone(text: &str) -> String {
    among(text, &[])
}

/// A Unicode text as a person typed it in an encoding.
fn encode(text: &str, encoding: Encoding) -> String {
    let written = |c: char| match encoding {
        Encoding::Tcvn3 => written_in(&tcvn3::LETTERS, c).map(String::from),
        Encoding::Vni => {
            let small = lower(c);
            let pair = vni::PAIRS
                .iter()
                .find(|((base, _), letter)| *letter == small && *base != 'i');
            let pair = pair.map(|((base, mark), _)| format!("{base}{mark}"));
            let single = || written_in(&vni::SINGLES, small).map(String::from);
            let found = single().or(pair)?;
            Some(if c.is_uppercase() { found.to_uppercase() } else { found })
        }
    };
    text.chars()
        .map(|c| written(c).unwrap_or_else(|| c.to_string()))
        .collect()
}

fn written_in(table: &[(char, char)], letter: char) -> Option<char> {
    table
        .iter()
        .find(|(_, known)| *known == letter)
        .map(|(written, _)| *written)
}

const VIETNAMESE: &str = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ";

#[test]
fn the_tables_are_in_order_and_hold_every_letter() {
    assert!(tcvn3::LETTERS.is_sorted());
    assert!(vni::PAIRS.is_sorted() && vni::SINGLES.is_sorted());
    for letter in VIETNAMESE.chars().filter(|c| !c.is_ascii()) {
        assert!(written_in(&tcvn3::LETTERS, letter).is_some(), "{letter}");
        assert_ne!(encode(&letter.to_string(), Encoding::Vni), "", "{letter}");
    }
}

#[test]
fn every_letter_of_both_tables_is_read_in_both_cases() {
    for letter in VIETNAMESE.chars().filter(|c| !c.is_ascii()) {
        // Within a word, where no letter can be a sign.
        let small = format!("x{letter}");
        assert_eq!(by_font(&encode(&small, Encoding::Tcvn3), Charset::Tcvn3), small);
        // Nothing tells that a text with ý alone is TCVN3, where it is written as in Unicode.
        if letter != 'ý' {
            assert_eq!(
                by_font(&encode(&small, Encoding::Tcvn3), Charset::Tcvn3Upper),
                small.to_uppercase()
            );
        }
        for text in [small.clone(), small.to_uppercase()] {
            assert_eq!(by_font(&encode(&text, Encoding::Vni), Charset::Vni), text);
        }
    }
    assert_eq!(by_font("x¡¢£¤¥¦§", Charset::Tcvn3), "xĂÂÊÔƠƯĐ");
}

#[test]
fn capitals_that_tcvn3_lacks_are_read_from_their_pairs() {
    for (capital, vowel) in "AĂÂEÊIOÔƠUƯY".chars().zip("aăâeêioôơuưy".chars()) {
        let toned = VIETNAMESE.chars().filter(|c| split_tone(*c).0 == vowel && *c != vowel);
        for letter in toned {
            let written = encode(&format!("T{capital}{letter}"), Encoding::Tcvn3);
            let read = format!("T{}", upper(letter));
            assert_eq!(by_font(&written, Charset::Tcvn3), read, "{written}");
        }
    }
}

#[test]
fn marks_of_vni_take_the_case_of_their_letter() {
    for (text, read) in [
        ("Uûy ban nhaân daân", "Ủy ban nhân dân"),
        ("UÛY BAN", "ỦY BAN"),
        ("Khoâng xaùc ñiïnh", "Không xác định"),
        ("chuù yù, lyù do, kyõ, kyï", "chú ý, lý do, kỹ, kỵ"),
        ("IØ IÙ Iû iõ", "Ì Í Ỉ ĩ"),
        ("Ôû, Öùng", "Ở, Ứng"),
    ] {
        assert_eq!(by_font(text, Charset::Vni), read);
    }
}

#[test]
fn real_texts_in_tcvn3_fonts_are_read() {
    for (text, read) in [
        (
            "Céng hoµ x· héi chñ nghÜa ViÖt Nam",
            "Cộng hoà xã hội chủ nghĩa Việt Nam",
        ),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("thi ®ua, khen th\u{ad}ëng", "thi đua, khen thưởng"),
        (
            "t¨ng vèn 8 th¸ng - 2005 ph©n theo n\u{ad}íc, vïng l·nh thæ",
            "tăng vốn 8 tháng - 2005 phân theo nước, vùng lãnh thổ",
        ),
        ("V\u{ad}¬ng quèc Anh", "Vương quốc Anh"),
        ("Lo¹i 20 lÝt, 52 lÝt, 75 lÝt", "Loại 20 lít, 52 lít, 75 lít"),
        ("§Õn 9 chç ngåi", "Đến 9 chỗ ngồi"),
        ("HÖ thèng nguån DC-48V", "Hệ thống nguồn DC-48V"),
        ("N«ng, l©m nghiÖp", "Nông, lâm nghiệp"),
        ("C«ng suÊt ®Õn 30 CV, lo¹i diesel", "Công suất đến 30 CV, loại diesel"),
        ("M¨ng s«ng c¸p", "Măng sông cáp"),
        ("M¸y trén bª t«ng c\u{ad}ìng bøc", "Máy trộn bê tông cưỡng bức"),
        (
            "(tÝnh tíi ngµy 15/8/2005 - chØ tÝnh c¸c dù ¸n cßn hiÖu lùc)",
            "(tính tới ngày 15/8/2005 - chỉ tính các dự án còn hiệu lực)",
        ),
        ("Bé èng ®æ bª t«ng", "Bộ ống đổ bê tông"),
        ("Søc n©ng ®Õn 15 tÊn, tÇm víi 18 m", "Sức nâng đến 15 tấn, tầm với 18 m"),
        // Words that are Vietnamese either way follow their font.
        ("Sè TT", "Số TT"),
        ("Hé", "Hộ"),
        ("§VT: 1000®", "ĐVT: 1000đ"),
        ("UB§P", "UBĐP"),
        // Another font would have been used for these.
        ("thÐp Ø16, 2 × 3, 1½, 10 µm", "thép Ø16, 2 × 3, 1½, 10 µm"),
        ("15a.206, 50%", "15a.206, 50%"),
    ] {
        assert_eq!(by_font(text, Charset::Tcvn3), read);
    }
}

#[test]
fn real_texts_in_vni_fonts_are_read() {
    for (text, read) in [
        (
            "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam",
            "Cộng hòa xã hội chủ nghĩa Việt Nam",
        ),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("THAØNH PHOÁ HOÀ CHÍ MINH", "THÀNH PHỐ HỒ CHÍ MINH"),
        ("Khoâng xaùc ñiïnh thôøi haïn", "Không xác định thời hạn"),
        ("saün coù", "sẵn có"),
        ("cheát vì", "chết vì"),
        ("Ngaân saùch huyeän", "Ngân sách huyện"),
        ("Coâng trình chuaån bò ñaààu tö", "Công trình chuẩn bị đầàu tư"),
        (
            "Thu chuyeån nguoàn naêm tröôùc ngaân saùch chuyeån sang",
            "Thu chuyển nguồn năm trước ngân sách chuyển sang",
        ),
        ("2- Chia theo ngheà nghieäp (4)", "2- Chia theo nghề nghiệp (4)"),
        (
            "TDT 669/ÑLHCM-XV ngaøy 23-6-2004 cuûa Cty Ñieän löïc",
            "TDT 669/ĐLHCM-XV ngày 23-6-2004 của Cty Điện lực",
        ),
        ("Huyeän Caàn Giôø", "Huyện Cần Giờ"),
        (
            "Thu quyõ ñaát coâng ích, hoa lôïi coâng saûn taïi xaõ",
            "Thu quỹ đất công ích, hoa lợi công sản tại xã",
        ),
        ("Quaän Bình Thaïnh", "Quận Bình Thạnh"),
        ("Boå sung caân ñoái", "Bổ sung cân đối"),
        (
            "Phaân loaïi TNLÑ theo loaïi lao ñoäng (soá ngöôøi)",
            "Phân loại TNLĐ theo loại lao động (số người)",
        ),
    ] {
        assert_eq!(by_font(text, Charset::Vni), read);
    }
}

#[test]
fn fonts_of_capitals_make_capitals_of_what_is_decoded() {
    let read = by_font("Céng hoµ x· héi chñ nghÜa viÖt Nam\u{ad}", Charset::Tcvn3Upper);
    assert_eq!(read, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    assert_eq!(by_font("bao cao", Charset::Tcvn3Upper), "bao cao");
}

#[test]
fn a_soft_hyphen_is_a_letter_but_after_a_closed_syllable() {
    assert_eq!(by_font("th«ng t\u{ad}", Charset::Tcvn3), "thông tư");
    assert_eq!(by_font("ViÖt Nam\u{ad}", Charset::Tcvn3), "Việt Nam");
    assert_eq!(by_font("Nam\u{ad}", Charset::Tcvn3), "Nam");
}

#[test]
fn fonts_are_told_by_their_names() {
    for (name, charset) in [
        (".VnTime", Charset::Tcvn3),
        (".vntime", Charset::Tcvn3),
        ("VnTime", Charset::Tcvn3),
        ("ABCDEF+.VnArial Narrow", Charset::Tcvn3),
        (".VnShelley Allegro", Charset::Tcvn3),
        (".VnTimeH", Charset::Tcvn3Upper),
        (".VnTimeh", Charset::Tcvn3Upper),
        (".VnArial NarrowH", Charset::Tcvn3Upper),
        ("VNI-Times", Charset::Vni),
        ("vni-times", Charset::Vni),
        ("ABCDEF+VNI-Helve", Charset::Vni),
        ("VNI", Charset::Unknown),
        ("Times New Roman", Charset::Unknown),
        ("Vnexpress", Charset::Unknown),
        ("Arial", Charset::Unknown),
        ("", Charset::Unknown),
        ("+", Charset::Unknown),
        ("Đậm", Charset::Unknown),
    ] {
        assert_eq!(Charset::of_font(name), charset, "{name}");
    }
}

#[test]
fn words_that_are_unicode_already_stay_whatever_the_font() {
    for (text, read) in [
        ("M¸y mãc thiết bÞ, phụ tïng", "Máy móc thiết bị, phụ tùng"),
        ("Hà Nội, xã hội", "Hà Nội, xã hội"),
        ("Bà Rịa", "Bà Rịa"),
        // Unicode capitals within legacy words.
        ("X©y dùng Trung t©m ĐiÒu d\u{ad}ìng", "Xây dựng Trung tâm Điều dưỡng"),
    ] {
        assert_eq!(by_font(text, Charset::Tcvn3), read);
    }
    assert_eq!(by_font("Hoà Bình, có đất", Charset::Vni), "Hoà Bình, có đất");
}

#[test]
fn words_that_could_be_either_follow_the_other_texts_of_their_font() {
    let decoded = |others: [&str; 2]| {
        let mut around = Surroundings::default();
        for text in others.into_iter().chain(["xã"]) {
            around.add(text, Charset::Tcvn3);
        }
        decode("xã", Charset::Tcvn3, &[], &around).map(|decoded| decoded.text)
    };
    assert_eq!(decoded(["Quyết định", "Hà Nội"]), None);
    assert_eq!(decoded(["QuyÕt ®Þnh", "Hµ Néi"]).as_deref(), Some("xó"));
}

#[test]
fn without_a_legacy_font_a_text_needs_two_strong_words() {
    for (text, read) in [
        (
            "Céng hoµ x· héi chñ nghÜa ViÖt Nam",
            "Cộng hoà xã hội chủ nghĩa Việt Nam",
        ),
        ("§¬n vÞ tÝnh: ®ång", "Đơn vị tính: đồng"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("Ủy ban nh©n d©n huyÖn Cñ Chi", "Ủy ban nhân dân huyện Củ Chi"),
    ] {
        assert_eq!(alone(text), read);
    }
    for text in ["Tù do", "Sè TT", "Lóa", "C©y", "laïc", "Soá", "x· Phó Lý"] {
        assert_eq!(alone(text), text);
    }
}

#[test]
fn without_a_legacy_font_weak_words_follow_many_certain_texts() {
    let legacy = ["§¬n vÞ tÝnh: triÖu ®ång"; MANY];
    for (text, read) in [("Tù do", "Tự do"), ("Sè TT", "Số TT"), ("C©y", "Cây"), ("Céng", "Cộng")] {
        assert_eq!(among(text, &legacy), read);
        assert_eq!(among(text, &legacy[..2]), text);
    }
    // Where others are Unicode, what would be Vietnamese either way stays.
    let mixed = [&legacy[..], &["Độc lập"]].concat();
    assert_eq!(among("Sè TT", &mixed), "Sè TT");
    assert_eq!(among("Céng", &mixed), "Cộng");
    assert_eq!(among("café, Müller", &mixed), "café, Müller");
}

#[test]
fn texts_in_unicode_are_never_changed() {
    let mut around = Surroundings::default();
    for text in unicode_texts() {
        around.add(text, Charset::Unknown);
    }
    let mut count = 0;
    for text in unicode_texts() {
        count += 1;
        for around in [&Surroundings::default(), &around] {
            assert_eq!(decode(text, Charset::Unknown, &[], around), None, "{text}");
        }
    }
    assert!(count > 900, "{count} texts were tried");
}

#[test]
fn vietnamese_in_unicode_stays_in_a_font_that_lies() {
    let vietnamese = UNICODE.split("# French").next().expect("a first part");
    for charset in [Charset::Tcvn3, Charset::Tcvn3Upper, Charset::Vni] {
        let texts = || vietnamese.lines().filter(|line| !line.starts_with("# "));
        let mut around = Surroundings::default();
        for text in texts() {
            around.add(text, charset);
        }
        for text in texts() {
            assert_eq!(decode(text, charset, &[], &around), None, "{text} in {charset:?}");
        }
    }
}

/// Vietnamese words of the texts that both encodings can write.
fn vietnamese_words() -> Vec<&'static str> {
    let vietnamese = UNICODE.split("# French").next().expect("a first part");
    let lines = vietnamese.lines().filter(|line| !line.starts_with("# "));
    let words = lines.flat_map(|line| line.split([' ', ',', '-', '.', '(', ')']));
    // A letter on its own may be a sign; texts with ĩ and ỵ only are Unicode in both.
    let can_be_written = |word: &&str| {
        let mut letters = word.chars();
        word.chars().count() > 1
            && letters.all(|c| c.is_ascii_alphabetic() || VIETNAMESE.contains(c) || "ĂÂĐÊÔƠƯ".contains(c))
    };
    words.filter(can_be_written).collect()
}

#[test]
fn what_is_written_in_an_encoding_is_read_back() {
    let words = vietnamese_words();
    assert!(words.len() > 500, "{} words", words.len());
    for word in &words {
        for (encoding, charset) in [(Encoding::Tcvn3, Charset::Tcvn3), (Encoding::Vni, Charset::Vni)] {
            assert_eq!(by_font(&encode(word, encoding), charset), *word);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sentences_are_read_back_from_both_encodings(picks in prop::collection::vec(0..10_000_usize, 1..12)) {
        let words = vietnamese_words();
        let sentence: Vec<&str> = picks.iter().map(|pick| words[pick % words.len()]).collect();
        let sentence = sentence.join(" ");
        for (encoding, charset) in [(Encoding::Tcvn3, Charset::Tcvn3), (Encoding::Vni, Charset::Vni)] {
            prop_assert_eq!(by_font(&encode(&sentence, encoding), charset), sentence.clone());
        }
        prop_assert_eq!(alone(&sentence), sentence);
    }

    #[test]
    fn any_text_is_taken(text in "[a-zA-Z0-9 ,\u{a0}-\u{ff}ĐđƯư\u{301}–]{0,40}") {
        let text = crate::vietnamese::nfc(&text);
        for charset in [Charset::Unknown, Charset::Tcvn3, Charset::Tcvn3Upper, Charset::Vni] {
            if let Some(decoded) = decode(&text, charset, &[], &Surroundings::default()) {
                prop_assert!(decoded.text != text);
                prop_assert_eq!(decoded.place(text.len()), decoded.text.len());
                prop_assert_eq!(&crate::vietnamese::nfc(&decoded.text), &decoded.text);
            }
        }
    }
}

#[test]
fn every_stretch_of_every_text_is_taken_without_a_panic() {
    let legacy = "Céng hoµ x· héi «Nam\u{ad}» Uûy ban nhaân daân ĐiÒu ß\u{301} 10µm ÿ Aµ ";
    let around = Surroundings::default();
    let places: Vec<usize> = legacy.char_indices().map(|(place, _)| place).collect();
    for (index, &start) in places.iter().enumerate() {
        for &end in &places[index..] {
            let runs = [(start..end, Charset::Tcvn3Upper), (end..legacy.len() + 9, Charset::Vni)];
            for charset in [Charset::Unknown, Charset::Tcvn3, Charset::Vni] {
                if let Some(decoded) = decode(legacy, charset, &runs, &around) {
                    assert!(
                        places
                            .iter()
                            .all(|&place| decoded.text.is_char_boundary(decoded.place(place)))
                    );
                    assert_eq!(decoded.place(legacy.len()), decoded.text.len());
                }
                by_font(&legacy[start..end], charset);
            }
        }
    }
}

#[test]
fn letters_in_another_font_are_read_in_its_encoding() {
    let text = "BiÓu: Vieät Nam, café §¬n vÞ";
    let vni = text.find("Vieät").expect("there");
    let plain = text.find("café").expect("there");
    let upper = text.find("§¬n").expect("there");
    let runs = [
        (vni..vni + "Vieät Nam".len(), Charset::Vni),
        (plain..plain + "café".len(), Charset::Unknown),
        (upper..text.len(), Charset::Tcvn3Upper),
    ];
    let decoded = decode(text, Charset::Tcvn3, &runs, &Surroundings::default()).expect("legacy");
    assert_eq!(decoded.text, "Biểu: Việt Nam, café ĐƠN VỊ");
    let place = |part: &str| decoded.text.find(part).expect("there");
    assert_eq!(decoded.place(vni), place("Việt"));
    assert_eq!(decoded.place(plain), place("café"));
    assert_eq!(decoded.place(upper), place("ĐƠN"));
}

#[test]
fn a_look_at_bytes_misses_no_word_that_speaks_for_an_encoding() {
    let letters: Vec<char> = "abeouyghATÔÖôö«µ».-".chars().chain('\u{a0}'..='\u{ff}').collect();
    for &first in &letters {
        for &second in &letters {
            for third in ['n', 'A', 'µ', '·', 'ø', 'Õ', 'ù', 'ï', 'Þ', '÷'] {
                let word: String = ['n', first, second, third].iter().collect();
                let speaks = [Encoding::Tcvn3, Encoding::Vni]
                    .iter()
                    .any(|&encoding| Tally::of(&word, encoding, false).points > 0);
                assert!(!speaks || judge::may_speak(&word), "{word}");
            }
        }
    }
}
