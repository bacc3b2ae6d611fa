//! Abbreviations in headers and on tabs (ĐVT, TH, KH, ƯTH, STT, SL…), spelt out word by word.
//!
//! In: a label. Out: the ways in which it may be meant, folded to plain words. An abbreviation may mean several things;
//! which one is for the caller to say, by what it looks for.

use super::fold;

/// What an abbreviation may stand for, folded but for đ, which tells ĐT from DT. Gathered from real headers.
const MEANINGS: [(&str, &[&str]); 60] = [
    ("bc", &["bao cao"]),
    ("bq", &["binh quan"]),
    ("bt", &["bi thu"]),
    ("cb", &["can bo"]),
    ("cn", &["ca nhan", "cong nghiep"]),
    ("cq", &["co quan"]),
    ("ct", &["chi tieu", "chu tich"]),
    ("cv", &["chuc vu", "cong van"]),
    ("dh", &["danh hieu"]),
    ("dm", &["danh muc"]),
    ("ds", &["danh sach", "dan so"]),
    ("dt", &["dien tich", "dan toc", "du toan"]),
    ("đ", &["don"]),
    ("đc", &["dia chi", "dong chi"]),
    ("đk", &["dang ky"]),
    ("đt", &["dien thoai", "doi tuong"]),
    ("đv", &["don vi"]),
    ("đvt", &["don vi tinh"]),
    ("gc", &["ghi chu"]),
    ("gđ", &["gia dinh"]),
    ("gk", &["giay khen"]),
    ("gt", &["gia tri", "gioi tinh"]),
    ("hđnd", &["hoi dong nhan dan"]),
    ("ht", &["hinh thuc", "hoan thanh", "hien trang"]),
    ("htkt", &["hinh thuc khen thuong"]),
    ("htx", &["hop tac xa"]),
    ("kh", &["ke hoach"]),
    ("kl", &["khoi luong"]),
    ("kp", &["kinh phi"]),
    ("kq", &["ket qua"]),
    ("kt", &["khen thuong", "kinh te"]),
    ("ktxh", &["kinh te xa hoi"]),
    ("lđ", &["lao dong"]),
    ("lv", &["linh vuc"]),
    ("mttq", &["mat tran to quoc"]),
    ("ns", &["nam sinh", "ngay sinh", "ngan sach"]),
    ("nsnn", &["ngan sach nha nuoc"]),
    ("ntm", &["nong thon moi"]),
    ("pl", &["phan loai", "phu luc"]),
    ("q", &["quy"]),
    ("qđ", &["quyet dinh"]),
    ("sđt", &["so dien thoai"]),
    ("sl", &["so luong", "san luong"]),
    ("ss", &["so sanh"]),
    ("stt", &["so thu tu"]),
    ("sx", &["san xuat"]),
    ("tb", &["trung binh", "thong bao"]),
    ("tđ", &["thi dua"]),
    ("tđkt", &["thi dua khen thuong"]),
    ("tdp", &["to dan pho"]),
    ("th", &["thuc hien", "tong hop"]),
    ("tl", &["ty le", "ti le"]),
    ("ts", &["tong so"]),
    ("tt", &["thu tu", "so thu tu", "thong tin", "tap the"]),
    ("tw", &["trung uong"]),
    ("ubnd", &["uy ban nhan dan"]),
    ("uth", &["uoc thuc hien"]),
    ("vb", &["van ban"]),
    ("vhxh", &["van hoa xa hoi"]),
    ("xh", &["xa hoi"]),
];
/// Stands for đ while a text is folded.
const BARRED_D: char = '\u{1}';
/// Bytes of the longest abbreviation.
const LONGEST: usize = 5;
/// Longest label that is spelt out, in words, and most ways to read one.
const MOST_WORDS: usize = 12;
const MOST_SPELLINGS: usize = 32;
/// Most ways to read one that are compared letter by letter.
const COMPARED: usize = 6;

/// The ways in which a label may be meant, folded, punctuation aside: as it stands, then its abbreviations spelt out.
pub fn spellings(label: &str) -> Vec<String> {
    spell(label, usize::MAX)
}

/// The same with those abbreviations spelt out only that mean one thing.
pub fn plain_spellings(label: &str) -> Vec<String> {
    spell(label, 1)
}

fn spell(label: &str, most_meanings: usize) -> Vec<String> {
    let words = words(label);
    if words.is_empty() || words.len() > MOST_WORDS {
        return Vec::new();
    }
    // Typed without any marks, DVT is ĐVT.
    let is_bare = label.is_ascii();
    let mut spellings = vec![String::new()];
    for word in &words {
        let of = |is_short: &dyn Fn(&str) -> bool| MEANINGS.iter().find(|(short, _)| is_short(short));
        let bare = |short: &str| short.chars().map(|c| if c == 'đ' { 'd' } else { c }).eq(word.chars());
        let means = match word.len() <= LONGEST {
            true => of(&|short| short == word).or_else(|| of(&|short| is_bare && bare(short))),
            false => None,
        };
        let means = means
            .map(|(_, means)| *means)
            .filter(|means| means.len() <= most_meanings);
        let own = word.replace('đ', "d");
        if means.is_none() {
            for spelling in &mut spellings {
                if !spelling.is_empty() {
                    spelling.push(' ');
                }
                spelling.push_str(&own);
            }
            continue;
        }
        let readings: Vec<&str> = std::iter::once(own.as_str())
            .chain(means.into_iter().flatten().copied())
            .collect();
        let room = MOST_SPELLINGS / spellings.len();
        let mut longer = Vec::new();
        // The word as it stands comes first, for all that precedes it.
        for reading in readings.iter().take(room.max(1)) {
            for spelling in &spellings {
                let gap = if spelling.is_empty() { "" } else { " " };
                longer.push(format!("{spelling}{gap}{reading}"));
            }
        }
        spellings = longer;
    }
    spellings
}

/// A slash between words is a word of its own: “Ước/TH” compares two figures and is not “Ước TH”. One beside a digit is a
/// blank, as in “Q1/2023”.
fn spaced_slashes(text: &str) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('/').enumerate() {
        if index > 0 {
            let is_date = digit(out.trim_end().chars().last()) || digit(part.trim_start().chars().next());
            out.push_str(if is_date { " " } else { " / " });
        }
        out.push_str(part);
    }
    out
}

/// The words of a label, folded but for đ. “Đ.V.T” is one word, “&” is “và”, “01” is “1”, and the quarters have digits.
fn words(label: &str) -> Vec<String> {
    let folded = fold(&label.replace(['đ', 'Đ'], BARRED_D.encode_utf8(&mut [0; 4])));
    let folded = spaced_slashes(&folded.replace(BARRED_D, "đ").replace('&', " va "));
    let mut words: Vec<String> = Vec::new();
    let parts = folded.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '%' | '+' | '<' | '>' | '=' | '/')));
    for part in parts {
        let letters = || part.split('.').filter(|piece| !piece.is_empty());
        let is_dotted = letters().count() > 1
            && letters().all(|piece| piece.chars().count() == 1 && piece.chars().all(char::is_alphabetic));
        if is_dotted {
            words.push(letters().collect());
            continue;
        }
        for piece in letters() {
            let after_quarter = words.last().is_some_and(|last| matches!(last.as_str(), "q" | "quy"));
            let word = match piece {
                "i" if after_quarter => "1",
                "ii" if after_quarter => "2",
                "iii" if after_quarter => "3",
                "iv" if after_quarter => "4",
                "q1" | "q2" | "q3" | "q4" => {
                    words.push("q".to_owned());
                    piece.trim_start_matches('q')
                }
                digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                    let short = digits.trim_start_matches('0');
                    if short.is_empty() { "0" } else { short }
                }
                other => other,
            };
            words.push(word.to_owned());
        }
    }
    words
}

/// How alike two labels are, in percent: by their letters, by their words, abbreviations spelt out.
pub fn likeness(one: &str, other: &str) -> u8 {
    let mut best = 0.0_f64;
    let others = spellings(other);
    for one in spellings(one).iter().take(COMPARED) {
        for other in others.iter().take(COMPARED) {
            best = best.max(strsim::normalized_damerau_levenshtein(one, other));
            let (left, right): (Vec<&str>, Vec<&str>) = (one.split(' ').collect(), other.split(' ').collect());
            let shared = left.iter().filter(|word| right.contains(word)).count();
            best = best.max(2.0 * shared as f64 / (left.len() + right.len()) as f64);
        }
    }
    (best.clamp(0.0, 1.0) * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_abbreviation_is_longer_than_those_looked_for() {
        assert_eq!(MEANINGS.iter().map(|(short, _)| short.len()).max(), Some(LONGEST));
    }

    #[test]
    fn abbreviations_are_spelt_out_as_whole_words_only() {
        for (label, meant) in [
            ("ĐVT", "don vi tinh"),
            ("Đ.V.T", "don vi tinh"),
            ("Đ.vị tính", "don vi tinh"),
            ("DVT", "don vi tinh"),
            ("ĐV tính", "don vi tinh"),
            ("Ước TH 2023", "uoc thuc hien 2023"),
            ("ƯTH năm 2023", "uoc thuc hien nam 2023"),
            ("So với KH (%)", "so voi ke hoach %"),
            ("Số TT", "so thu tu"),
            ("Q.1", "quy 1"),
            ("Quý IV", "quy 4"),
            ("Q1/2023", "quy 1 2023"),
            ("Thôn & xóm", "thon va xom"),
            ("BC TH", "bao cao tong hop"),
            ("Biểu 01", "bieu 1"),
        ] {
            let spellings = spellings(label);
            assert!(
                spellings.iter().any(|spelling| spelling == meant),
                "{label}: {spellings:?}"
            );
        }
        assert_eq!(spellings("Thôn"), ["thon"]);
        assert!(!spellings("DT (ha)").contains(&"dien thoai ha".to_owned()));
        assert_eq!(plain_spellings("TH"), ["th"]);
        assert!(spellings(&"TT ".repeat(500)).is_empty());
        assert!(spellings(&"TT DT HT ".repeat(4)).len() <= MOST_SPELLINGS);
    }

    #[test]
    fn likeness_sees_slips_and_shared_words() {
        assert_eq!(likeness("Thực hiện", "TH"), 100);
        assert_eq!(likeness("Thực hiện", "Kết quả TH"), 67);
        assert!(likeness("Thực hiện", "Thực hiên năm") > 70);
        assert!(likeness("Thực hiện", "Ghi chú") < 40);
        assert_eq!(likeness("Thực hiện", "…"), 0);
    }
}
