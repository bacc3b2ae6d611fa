//! The figures of a sentence that change from year to year, and what they may be called.
//!
//! In: the text of a paragraph. Out: [`Found`] pieces of it in order, none within another: dates, years, numbers of documents,
//! names of places, numbers with their units. A label is made of the words before a figure, else of those behind it.

use std::ops::Range;

use crate::vietnamese::fold;

/// A piece of a text that may be a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Its bytes in the text.
    pub at: Range<usize>,
    pub what: What,
    /// What it may be called; empty for years and places, which have names of their own.
    pub label: String,
    /// The unit that stands behind it.
    pub unit: Option<String>,
}

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Year,
    Date,
    /// `16/KH-UBND`
    Reference,
    Commune,
    District,
    Province,
    Number,
}

/// Words behind a number that make it a figure, the longest first.
const UNITS: [&str; 52] = [
    "nghìn tỷ đồng",
    "triệu đồng",
    "nghìn đồng",
    "tỷ đồng",
    "đồng",
    "lượt người",
    "cá nhân",
    "tập thể",
    "hộ gia đình",
    "hộ nghèo",
    "hộ cận nghèo",
    "hộ",
    "người",
    "đảng viên",
    "hội viên",
    "đoàn viên",
    "đồng chí",
    "cán bộ",
    "công chức",
    "học sinh",
    "thanh niên",
    "quân nhân",
    "lao động",
    "công trình",
    "dự án",
    "văn bản",
    "kế hoạch",
    "quyết định",
    "hồ sơ",
    "thủ tục",
    "buổi",
    "cuộc",
    "lượt",
    "lớp",
    "vụ",
    "xóm",
    "thôn",
    "tổ dân phố",
    "trường hợp",
    "danh hiệu",
    "giấy khen",
    "bằng khen",
    "tấn",
    "tạ",
    "kg",
    "con",
    "ha",
    "km",
    "m²",
    "m2",
    "m",
    "điểm",
];
/// Words before a figure that say how it is meant, not what it is.
const VERBS: [&str; 36] = [
    "la",
    "dat",
    "uoc",
    "bang",
    "co",
    "duoc",
    "tang",
    "giam",
    "khoang",
    "tren",
    "hon",
    "con",
    "xuong",
    "len",
    "gom",
    "voi",
    "den",
    "tu",
    "so",
    "cho",
    "va",
    "gan",
    "toi",
    "da",
    "thuc",
    "hien",
    "the",
    "ca",
    "nam",
    "xuong con",
    "trong do",
    "tong",
    "khac",
    "gan",
    "ngay",
    "tinh",
];
/// Most words of a label.
const WORDS: usize = 10;
/// What stands between what a sentence is about and what one of its figures says of it.
const BETWEEN: &str = " – ";

/// All pieces of a text.
pub(super) fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let before = text.get(..at).unwrap_or_default();
        let is_word_start = before.chars().next_back().is_none_or(|sign| !sign.is_alphanumeric());
        let piece = is_word_start.then(|| piece(text, at)).flatten();
        match piece {
            Some(mut piece) => {
                at = piece.at.end;
                if matches!(piece.what, What::Date | What::Reference | What::Number) {
                    piece.label = label(text, &piece, &found);
                }
                found.push(piece);
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// The piece that begins at a place.
fn piece(text: &str, at: usize) -> Option<Found> {
    let rest = text.get(at..)?;
    let found = |length: usize, what| Found {
        at: at..at + length,
        what,
        label: String::new(),
        unit: None,
    };
    let before = text.get(..at)?;
    if rest.starts_with(|sign: char| sign.is_ascii_digit()) {
        // Within `1.2.3` or `A1` nothing begins.
        if before.ends_with(['.', ',', '/', '-'])
            && before.chars().rev().nth(1).is_some_and(|sign| sign.is_ascii_digit())
        {
            return None;
        }
        if let Some(length) = date(rest) {
            return Some(found(length, What::Date));
        }
        if let Some(length) = reference(rest) {
            return Some(found(length, What::Reference));
        }
        return number(text, at);
    }
    if let Some(after) = rest.strip_prefix("ngày ") {
        let length = long_date(after)?;
        return Some(found("ngày ".len() + length, What::Date));
    }
    for (word, what) in [
        ("xã ", What::Commune),
        ("phường ", What::Commune),
        ("thị trấn ", What::Commune),
        ("đặc khu ", What::Commune),
        ("huyện ", What::District),
        ("thị xã ", What::District),
        ("tỉnh ", What::Province),
    ] {
        if let Some(before) = before.strip_suffix(word)
            && before.chars().next_back().is_none_or(|sign| !sign.is_alphanumeric())
            && let Some(length) = name(rest)
        {
            return Some(found(length, what));
        }
    }
    None
}

/// Two to four words with capitals: the name of a place.
fn name(text: &str) -> Option<usize> {
    let mut length = 0;
    let mut words = 0;
    for word in text.split_inclusive(' ').take(4) {
        let own: &str = word.trim_end_matches(|sign: char| !sign.is_alphanumeric());
        let mut letters = own.chars();
        let is_name = letters.next().is_some_and(char::is_uppercase)
            && letters.clone().count() > 0
            && letters.all(char::is_lowercase);
        if !is_name {
            break;
        }
        words += 1;
        length += own.len();
        if own.len() + 1 != word.len() || !word.ends_with(' ') {
            break;
        }
        length += 1;
    }
    let length = text.get(..length)?.trim_end().len();
    (words >= 2).then_some(length)
}

/// `03/2/2023`
fn date(text: &str) -> Option<usize> {
    let end = text
        .find(|sign: char| !sign.is_ascii_digit() && sign != '/')
        .unwrap_or(text.len());
    let parts: Vec<&str> = text.get(..end)?.split('/').collect();
    let [day, month, year] = parts.as_slice() else {
        return None;
    };
    let fits =
        |part: &str, most: u32| part.len() <= 2 && part.parse().is_ok_and(|number: u32| (1..=most).contains(&number));
    (fits(day, 31) && fits(month, 12) && is_year(year)).then_some(end)
}

/// `15 tháng 12 năm 2023`
fn long_date(text: &str) -> Option<usize> {
    let words: Vec<&str> = text.splitn(6, ' ').collect();
    let [day, month_word, month, year_word, year, ..] = words.as_slice() else {
        return None;
    };
    let year = year.get(..4)?;
    let number = |word: &str| word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty();
    (number(day) && *month_word == "tháng" && number(month) && *year_word == "năm" && is_year(year))
        .then(|| day.len() + month_word.len() + month.len() + year_word.len() + year.len() + 4)
}

/// `16/KH-UBND`, `141/2006/QĐ-UBND`
fn reference(text: &str) -> Option<usize> {
    let end = text
        .find(|sign: char| !(sign.is_alphanumeric() || sign == '/' || sign == '-' || sign == '&'))
        .unwrap_or(text.len());
    let whole = text.get(..end)?.trim_end_matches(['-', '/']);
    let (number, sign) = whole.split_once('/')?;
    let has_sign = sign.chars().filter(|sign| sign.is_uppercase()).count() >= 2 && sign.contains('-');
    (number.bytes().all(|byte| byte.is_ascii_digit()) && has_sign).then_some(whole.len())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year))
}

/// A number with a unit behind it, or a year with `năm` before it.
fn number(text: &str, at: usize) -> Option<Found> {
    let rest = text.get(at..)?;
    let end = rest
        .find(|sign: char| !(sign.is_ascii_digit() || sign == '.' || sign == ','))
        .unwrap_or(rest.len());
    let digits = rest.get(..end)?.trim_end_matches(['.', ',']);
    let end = digits.len();
    let before = text.get(..at)?.trim_end();
    let found = |what, unit: Option<&str>| Found {
        at: at..at + end,
        what,
        label: String::new(),
        unit: unit.map(str::to_owned),
    };
    let after = rest.get(end..)?;
    if is_year(digits) {
        let word = before.rsplit(' ').next().unwrap_or_default();
        let is_named = matches!(fold(word).as_str(), "nam" | "quy");
        return (is_named && !after.starts_with(['-', '–'])).then(|| found(What::Year, None));
    }
    let unit = after.trim_start();
    if unit.starts_with('%') {
        return Some(found(What::Number, Some("%")));
    }
    let is_unit = |word: &&&str| {
        let next = || unit.get(word.len()..).and_then(|rest| rest.chars().next());
        let head = unit.get(..word.len());
        head.is_some_and(|head| head == **word || head.to_lowercase() == **word)
            && next().is_none_or(|sign| !sign.is_alphanumeric())
    };
    let unit = UNITS.iter().filter(is_unit).max_by_key(|word| word.len())?;
    Some(found(What::Number, Some(unit)))
}

/// What a figure may be called: the words of its clause before it, the verb left out. A further figure of the sentence is
/// called by the first, and by how it is meant: `Thu ngân sách – tăng % so với năm`.
fn label(text: &str, piece: &Found, before: &[Found]) -> String {
    let clause_end = |sign: char| matches!(sign, '.' | ';' | ':' | ',' | '(' | ')' | '“' | '”' | '"' | '\n');
    let last = before.iter().rfind(|last| last.what == What::Number);
    let start = last.map_or(0, |last| last.at.end);
    // Dates and places in between say nothing of what the figure is.
    let mut head = String::new();
    let mut at = start;
    for other in before.iter().filter(|other| other.at.start >= start) {
        head.push_str(text.get(at..other.at.start).unwrap_or_default());
        if matches!(other.what, What::Commune | What::District | What::Province) {
            head.push_str(text.get(other.at.clone()).unwrap_or_default());
        }
        at = other.at.end;
    }
    head.push_str(text.get(at..piece.at.start).unwrap_or_default());
    let in_sentence = !head.contains(['.', ';']);
    // What stands in parentheses explains, it does not name.
    while let Some(open) = head.find('(')
        && let Some(length) = head.get(open..).and_then(|rest| rest.find(')'))
    {
        head.replace_range(open..=open + length, "");
    }
    let mut clause = head.rsplit(clause_end).next().unwrap_or_default().trim();
    if let Some(unit) = last
        .and_then(|last| last.unit.as_deref())
        .filter(|_| clause.len() == head.trim().len())
    {
        // The unit of the figure before does not belong to this one.
        clause = clause.strip_prefix(unit).unwrap_or(clause);
    }
    let is_sign = |word: &str| !word.chars().any(char::is_alphanumeric);
    let is_verb = |word: &str| VERBS.contains(&fold(word).as_str()) || is_sign(word);
    let words: Vec<&str> = clause.split_whitespace().skip_while(|word| is_sign(word)).collect();
    let named = words.iter().rposition(|word| !is_verb(word)).map_or(0, |last| last + 1);
    let (name, verbs) = words.split_at(named);
    let behind = || {
        let rest = text
            .get(piece.at.end..)
            .unwrap_or_default()
            .trim_start()
            .trim_start_matches('%');
        let goes_on = |word: &&str| !word.starts_with(|sign: char| sign.is_ascii_digit());
        let clause = rest.split(clause_end).next().unwrap_or_default();
        let words: Vec<&str> = clause.split_whitespace().take_while(goes_on).collect();
        let sentence = rest.split(['.', ';', '\n']).next().unwrap_or_default();
        let is_unit_alone = piece
            .unit
            .as_deref()
            .is_some_and(|unit| words.len() <= unit.split(' ').count() + 1);
        let words = match is_unit_alone && piece.unit.as_deref() != Some("%") {
            // «05 tập thể, 48 đảng viên được khen»: the sentence goes on for both.
            true => sentence
                .split_whitespace()
                .filter(goes_on)
                .map(|word| word.trim_end_matches(','))
                .collect(),
            false => words,
        };
        words
            .into_iter()
            .filter(|word| !is_sign(word))
            .take(WORDS)
            .collect::<Vec<_>>()
    };
    let name = match piece.what {
        // «UBND xã đã xây dựng Kế hoạch số …»: what is numbered stands last.
        What::Reference => name.get(name.len().saturating_sub(4)..).unwrap_or_default(),
        _ => name,
    };
    let mut name: Vec<&str> = name.iter().copied().take(WORDS).collect();
    let mut called = String::new();
    if name.len() < 2 {
        // «có 03 cá nhân được khen»: what follows says what is counted.
        if let Some(last) = last.filter(|last| in_sentence && !last.label.is_empty()) {
            let base = last.label.split(BETWEEN).next().unwrap_or_default();
            called = format!("{base}{BETWEEN}");
            name.extend(verbs);
            name.extend((piece.unit.as_deref() == Some("%")).then_some("%"));
        }
        let mut behind = behind();
        while behind.pop_if(|word| is_verb(word)).is_some() {}
        name.extend(behind);
        name.truncate(WORDS);
    }
    called.push_str(&name.join(" "));
    let is_end = |sign: char| !sign.is_alphanumeric() && sign != ')' && sign != '%';
    let called = called.trim_matches(is_end);
    if !called.chars().any(char::is_alphabetic) {
        return String::new();
    }
    let mut letters = called.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let found = find(text);
        found
            .into_iter()
            .map(|piece| {
                let unit = piece.unit.map(|unit| format!(" [{unit}]")).unwrap_or_default();
                format!("{:?} {}{unit} «{}»", piece.what, &text[piece.at], piece.label)
            })
            .collect()
    }

    #[test]
    fn figures_are_called_by_the_words_before_them() {
        assert_eq!(
            told(
                "Thu ngân sách Nhà nước trên địa bàn xã tính đến ngày 30/11/2023 là 258 triệu đồng, bằng 130,7% dự toán giao, \
                 tăng 14,2% so với năm 2022."
            ),
            [
                "Date 30/11/2023 «Thu ngân sách Nhà nước trên địa bàn xã»",
                "Number 258 [triệu đồng] «Thu ngân sách Nhà nước trên địa bàn xã»",
                "Number 130,7 [%] «Thu ngân sách Nhà nước trên địa bàn xã – bằng % dự toán giao»",
                "Number 14,2 [%] «Thu ngân sách Nhà nước trên địa bàn xã – tăng %»",
                "Year 2022 «»",
            ]
        );
        assert_eq!(
            told("- Có 03 cá nhân được khen;"),
            ["Number 03 [cá nhân] «Cá nhân được khen»"]
        );
    }

    #[test]
    fn references_and_places_are_known() {
        assert_eq!(
            told("Kế hoạch số 18/KH-UBND ngày 03/2/2023 của UBND huyện Phú Bình, xã Tân Hoà."),
            [
                "Reference 18/KH-UBND «Kế hoạch»",
                "Date 03/2/2023 «Kế hoạch»",
                "District Phú Bình «»",
                "Commune Tân Hoà «»",
            ]
        );
        assert_eq!(
            told("Năm học 2022-2023, giá so sánh 2010, mục 1.2.3, A4"),
            [] as [String; 0]
        );
    }
}
