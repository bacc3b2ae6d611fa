//! Merge fields of Word's mail merge: the code of a field to a tag (ECMA-376 part 1, 17.16.5.35 MERGEFIELD).
//!
//! In: the code, `MERGEFIELD ten_xa \* Upper \b "xã "`. Out: a [`MergeField`], and where it stands in the part. Names are
//! looked up as mail merge users know them: a path, or the bare id or label of a field.

use std::ops::Range;

use super::expression::{Family, Fault, Kind, Meant, Scopes};
use super::helper;
use super::inline::run_properties;
use super::part::{Field, Name, Tree};
use super::place::{PlacedTag, Shell};
use super::tag::{self, Says, Tag};
use crate::diagnostic::Text;
use crate::schema::Layout;
use crate::text;
use crate::vietnamese;

/// A merge field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeField {
    /// The name, as written.
    pub name: String,
    /// Helpers of letter case, innermost first.
    pub case: Vec<&'static str>,
    /// `\b`: printed before a value that is there.
    pub before: String,
    /// `\f`: printed after it.
    pub after: String,
    /// `\@`: how a date prints.
    pub date: Option<String>,
    /// `\#`: how many decimals a number prints.
    pub decimals: Option<usize>,
    /// `\#`: whether thousands are set apart.
    pub groups: bool,
    /// `\#`: fewest digits before the decimal separator.
    pub digits: usize,
    /// A switch that is not known.
    pub unknown: Option<String>,
    /// `\#`: text before the number and after it, `0,0 'triệu đồng'`.
    pub around: (String, String),
}

/// The words of a code; quotation marks, straight or not, hold words together.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = code.chars().peekable();
    while let Some(&first) = characters.peek() {
        if first.is_whitespace() {
            characters.next();
            continue;
        }
        let mut word = String::new();
        if matches!(first, '"' | '“' | '”') {
            characters.next();
            while let Some(character) = characters.next() {
                match character {
                    '"' | '“' | '”' => break,
                    // In a quoted word a backslash escapes the next character.
                    '\\' => word.extend(characters.next()),
                    other => word.push(other),
                }
            }
        } else {
            while let Some(&character) = characters.peek().filter(|character| !character.is_whitespace()) {
                word.push(character);
                characters.next();
                // A switch may be written without a blank after it: \b"x".
                if word.len() == 2 && word.starts_with('\\') {
                    break;
                }
            }
        }
        words.push(word);
    }
    words
}

/// A code's first word.
fn kind(code: &str) -> &str {
    code.split_whitespace().next().unwrap_or_default()
}

/// The merge field of a code; `None` when it is a field of another kind.
pub fn parse(code: &str) -> Option<MergeField> {
    if !kind(code).eq_ignore_ascii_case("MERGEFIELD") {
        return None;
    }
    let mut words = words(code).into_iter().skip(1);
    let mut field = MergeField {
        name: words.next().unwrap_or_default(),
        ..MergeField::default()
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "\\b" => field.before = words.next().unwrap_or_default(),
            "\\f" => field.after = words.next().unwrap_or_default(),
            "\\@" => field.date = words.next(),
            "\\#" => {
                let picture = words.next().unwrap_or_default();
                field.decimals = Some(decimals(&picture));
                field.groups = ["#.#", "#,#", "# #", "#\u{a0}#"]
                    .iter()
                    .any(|group| picture.contains(group));
                field.digits = digits(&picture);
                field.around = around(&picture);
            }
            "\\*" => {
                let format = words.next().unwrap_or_default();
                match format.to_ascii_lowercase().as_str() {
                    "upper" => field.case.push("upper"),
                    "lower" => field.case.push("lower"),
                    "firstcap" => field.case.push("capitalize"),
                    "caps" => field.case.push("title"),
                    "roman" => field.case.push("roman"),
                    "cardtext" => field.case.push("words"),
                    "mergeformat" | "charformat" | "arabic" => {}
                    _ => field.unknown = Some(format!("\\* {format}")),
                }
            }
            // \m and \v are for addresses and vertical text.
            "\\m" | "\\v" => {}
            _ => field.unknown = Some(word),
        }
    }
    Some(field)
}

/// What stands for digits in a numeric picture.
const DIGITS: [char; 2] = ['#', '0'];

/// The decimals of a numeric picture such as `#.##0,00` or `#,##0.000`: the digits after its last separator, when these are
/// no group of thousands.
fn decimals(picture: &str) -> usize {
    let (Some(first), Some(last)) = (picture.find(DIGITS), picture.rfind(DIGITS)) else {
        return 0;
    };
    let number = &picture[first..=last];
    let separators: Vec<(usize, char)> = number
        .char_indices()
        .filter(|(_, sign)| !DIGITS.contains(sign))
        .collect();
    let Some(&(at, separator)) = separators.last().filter(|(_, sign)| matches!(sign, '.' | ',')) else {
        return 0;
    };
    let digits = &number[at + 1..];
    let is_group = match separators.len() {
        1 => digits.len() == 3 && number[..at].contains('#'),
        // Thousands have one separator, decimals the other.
        _ => separators.iter().filter(|(_, sign)| *sign == separator).count() > 1,
    };
    if is_group { 0 } else { digits.len() }
}

/// The fewest digits before the decimal separator of a numeric picture: as many as it has zeros there.
fn digits(picture: &str) -> usize {
    let (Some(first), Some(last)) = (picture.find(DIGITS), picture.rfind(DIGITS)) else {
        return 0;
    };
    let number = &picture[first..=last];
    let whole = match decimals(picture) {
        0 => number,
        _ => &number[..number.rfind(['.', ',']).unwrap_or(number.len())],
    };
    whole.chars().filter(|sign| *sign == '0').count()
}

/// The text around the number of a numeric picture; signs are the number's own.
fn around(picture: &str) -> (String, String) {
    // What follows a semicolon is for negative numbers.
    let picture = picture.split(';').next().unwrap_or_default();
    let (Some(first), Some(last)) = (picture.find(DIGITS), picture.rfind(DIGITS)) else {
        return (String::new(), String::new());
    };
    let literal = |text: &str| -> String { text.chars().filter(|sign| !matches!(sign, '\'' | '+' | '-')).collect() };
    let after = picture[last + 1..].trim_start_matches(['.', ',']);
    (literal(&picture[..first]), literal(after))
}

impl MergeField {
    /// What the field says as a tag: names of tables begin and end a loop.
    fn says(self) -> Result<Says, Fault> {
        if let Some(switch) = &self.unknown {
            return Err(unknown_switch(switch));
        }
        let table = |prefix: &str| self.name.strip_prefix(prefix).map(str::to_owned);
        if let Some(list) = table("TableStart:") {
            return tag::parse(&format!("{{{{#each {list}}}}}"));
        }
        if table("TableEnd:").is_some() {
            return Ok(Says::Close("each".to_owned()));
        }
        Ok(Says::Merge(Box::new(self)))
    }

    /// The path of the field that it names.
    pub fn path(&self, scopes: &Scopes<'_>) -> Result<String, Fault> {
        resolve(scopes, &self.name)
    }

    /// What is wrong with a switch for dates or numbers.
    pub fn check(&self, scopes: &Scopes<'_>) -> Result<(), Fault> {
        let name = &self.name;
        let (switch, wanted) = match (&self.date, self.decimals) {
            (Some(pattern), _) if !helper::is_date_style(pattern) => {
                let capitals = pattern.replace('m', "M");
                let hint = match helper::is_date_style(&capitals) {
                    true => text!(
                        "tháng viết bằng chữ hoa: \\@ \"{capitals}\"",
                        "months are written in capitals: \\@ \"{capitals}\""
                    ),
                    false => text!(
                        "mẫu ngày chỉ gồm dd, d, MM, M, yyyy, ví dụ \\@ \"dd/MM/yyyy\"",
                        "a pattern of dates has dd, d, MM, M, yyyy only, for instance \\@ \"dd/MM/yyyy\""
                    ),
                };
                return Err(Fault::new(
                    "mau/sai-doi-so",
                    text!(
                        "trường trộn “{name}”: \\@ \"{pattern}\" không phải một mẫu ngày",
                        "the merge field “{name}”: \\@ \"{pattern}\" is no pattern of dates"
                    ),
                )
                .hint(Some(hint)));
            }
            (Some(_), _) => ("\\@", Family::Date),
            (None, Some(_)) => ("\\#", Family::Number),
            (None, None) => return Ok(()),
        };
        let Says::Print(path) = tag::parse(&format!("{{{{{}}}}}", resolve(scopes, name)?))? else {
            return Ok(());
        };
        let (_, kind) = scopes.parameter(&path)?;
        if matches!(kind.family(scopes.schema), family if family == wanted || family == Family::Compound) {
            return Ok(());
        }
        let needed = match wanted {
            Family::Date => text!("một ngày", "a date"),
            _ => text!("một số", "a number"),
        };
        let found = kind.describe(scopes.schema);
        Err(Fault::new(
            "mau/sai-doi-so",
            Text::new(
                format!(
                    "trường trộn “{name}”: {switch} cần {}, ở đây là {}",
                    needed.vi, found.vi
                ),
                format!(
                    "the merge field “{name}”: {switch} needs {}, this is {}",
                    needed.en, found.en
                ),
            ),
        )
        .hint(Some(text!(
            "bỏ {switch} trong mã của trường (bấm Alt+F9 để thấy)",
            "take {switch} out of the field's code (press Alt+F9 to see it)"
        ))))
    }

    /// The tag that prints what the field prints: `{{upper thong_tin.ten_xa}}`.
    pub fn tag(&self, scopes: &Scopes<'_>) -> Result<String, Fault> {
        let mut expression = self.path(scopes)?;
        if let Some(pattern) = &self.date {
            expression = format!("(date {expression} \"{}\")", pattern.replace('"', ""));
        } else if let Some(decimals) = self.decimals {
            let group = if self.groups { "" } else { " group=false" };
            let digits = match self.digits {
                0 | 1 => String::new(),
                digits => format!(" digits={digits}"),
            };
            expression = format!("(number {expression} fixed={decimals}{group}{digits})");
        }
        for helper in &self.case {
            expression = format!("({helper} {expression})");
        }
        let expression = expression
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or(&expression);
        Ok(format!("{{{{{expression}}}}}"))
    }
}

/// The path of a field by the name that a merge field has: a path, or the id, label or alias of a field of the records
/// around it, innermost first, or of the one form sheet that has such a field.
fn resolve(scopes: &Scopes<'_>, name: &str) -> Result<String, Fault> {
    let is_path = !name.is_empty()
        && name
            .split('.')
            .all(|step| !step.is_empty() && step.chars().all(|letter| letter.is_alphanumeric() || letter == '_'));
    if is_path && (name == "this" || name.starts_with("this.") || scopes.knows(name)) {
        return Ok(name.to_owned());
    }
    let schema = scopes.schema;
    // Mail merge makes underscores of blanks and other characters that it does not take.
    let wanted = vietnamese::fold(&name.replace('_', " "));
    let found = |sheet: usize| -> Option<&str> {
        let fields = &schema.sheets.get(sheet)?.fields;
        let by_id = fields.iter().find(|field| field.id == name);
        let is_called = |text: &String| vietnamese::fold(&text.replace('_', " ")) == wanted;
        let by_label = || {
            fields
                .iter()
                .find(|field| is_called(&field.label) || field.aliases.iter().any(is_called))
        };
        by_id.or_else(by_label).map(|field| field.id.as_str())
    };
    for scope in scopes.frames.iter().rev() {
        if let Kind::Record(sheet) = scope.kind
            && let Some(field) = found(sheet)
        {
            return Ok(field.to_owned());
        }
    }
    let forms = schema.sheets.iter().enumerate();
    let mut forms = forms
        .filter(|(_, sheet)| sheet.layout == Layout::Form)
        .filter_map(|(index, sheet)| Some(format!("{}.{}", sheet.id, found(index)?)));
    match (forms.next(), forms.next()) {
        (Some(path), None) => Ok(path),
        (Some(one), Some(other)) => Err(Fault::new(
            "mau/truong-tron-hai-nghia",
            text!(
                "trường trộn “{name}” có ở hai trang: {one} và {other}",
                "the merge field “{name}” is on two sheets: {one} and {other}"
            ),
        )
        .hint(Some(text!(
            "ghi tên đủ: MERGEFIELD {one}",
            "write the full name: MERGEFIELD {one}"
        )))),
        (None, _) => {
            let forms = schema.sheets.iter().filter(|sheet| sheet.layout == Layout::Form);
            let fields = forms.flat_map(|sheet| {
                sheet.fields.iter().flat_map(move |field| {
                    let path = format!("{}.{}", sheet.id, field.id);
                    [path.clone(), field.id.clone(), field.label.clone()].map(|name| (name, path.clone()))
                })
            });
            let fields: Vec<(String, String)> = fields.collect();
            let near = || {
                let near = vietnamese::nearest(name, fields.iter().map(|(name, _)| name.as_str()))?;
                let (_, path) = fields.iter().find(|(name, _)| name == near)?;
                Some(Meant::Path(path.clone()))
            };
            let fault = Fault::new(
                "mau/truong-la",
                text!(
                    "không có trường nào ứng với trường trộn “{name}”",
                    "no field goes with the merge field “{name}”"
                ),
            );
            Err(match scopes.meant(name).or_else(near) {
                Some(meant) => fault.meant(meant),
                None => fault.hint(Some(text!(
                    "xem các trường dùng được bằng lệnh: baocao pack show",
                    "list the fields with: baocao pack show"
                ))),
            })
        }
    }
}

/// Merge fields of a part as tags, and what is wrong with fields: paragraph, code, fault.
pub fn tags(source: &str, tree: &Tree) -> (Vec<PlacedTag>, Vec<(usize, String, Fault)>) {
    let mut tags = Vec::new();
    let mut faults = Vec::new();
    for field in &tree.fields {
        let code = field.code(source);
        if OF_MAIL_MERGE.iter().any(|name| kind(&code).eq_ignore_ascii_case(name)) {
            let written = code.split_whitespace().collect::<Vec<_>>().join(" ");
            let fault = only_in_mail_merge(kind(&code));
            faults.push((tree.paragraph_of(field.paragraph), written, fault));
            continue;
        }
        let Some(merge) = parse(&code) else {
            // The address of a hyperlink is what its code says; of other fields Word shows what it computed last.
            if code.contains("{{") && !kind(&code).eq_ignore_ascii_case("HYPERLINK") {
                let written = code.split_whitespace().collect::<Vec<_>>().join(" ");
                faults.push((tree.paragraph_of(field.paragraph), written.clone(), inside(&written)));
            }
            continue;
        };
        let written = code.split_whitespace().collect::<Vec<_>>().join(" ");
        let paragraph = tree.paragraph_of(field.paragraph);
        if field.is_inside {
            faults.push((paragraph, written.clone(), inside(&written)));
            continue;
        }
        let says = match merge.says() {
            Ok(says) => says,
            Err(fault) => {
                faults.push((paragraph, written, fault));
                continue;
            }
        };
        match place(source, tree, field, paragraph, &written, says) {
            Some(tag) => tags.push(tag),
            None => faults.push((paragraph, written, crosses())),
        }
    }
    (tags, faults)
}

/// Fields that mean something only while Word merges letters: they would print what they showed last.
const OF_MAIL_MERGE: [&str; 8] = [
    "NEXT",
    "NEXTIF",
    "SKIPIF",
    "MERGEREC",
    "MERGESEQ",
    "ADDRESSBLOCK",
    "GREETINGLINE",
    "DATABASE",
];

fn only_in_mail_merge(name: &str) -> Fault {
    Fault::new(
        "mau/truong-chi-de-tron-thu",
        text!(
            "trường {name} chỉ có nghĩa khi trộn thư trong Word, ở đây nó không in gì đúng",
            "the field {name} means something only in Word's mail merge, here it prints nothing true"
        ),
    )
    .hint(Some(text!(
        "xoá trường; để lặp danh sách dùng {{{{#each khen_thuong}}}}, để in số thứ tự dùng {{{{@number}}}}",
        "delete the field; to go through a list use {{{{#each …}}}}, for its number {{{{@number}}}}"
    )))
}

fn unknown_switch(switch: &str) -> Fault {
    Fault::new(
        "mau/khoa-truong-la",
        text!(
            "khoá “{switch}” của trường trộn không dùng được",
            "the switch “{switch}” of the merge field is not known"
        ),
    )
    .hint(Some(text!(
        "các khoá dùng được: \\* Upper, Lower, FirstCap, Caps, Roman, CardText; \\b, \\f, \\@, \\#",
        "known switches: \\* Upper, Lower, FirstCap, Caps, Roman, CardText; \\b, \\f, \\@, \\#"
    )))
}

fn inside(code: &str) -> Fault {
    Fault::new(
        "mau/truong-long-nhau",
        text!(
            "trường trộn “{code}” nằm trong mã của một trường khác (IF, NEXT…); Word chỉ tính lại khi cập nhật trường",
            "the merge field “{code}” stands in the code of another field (IF, NEXT…), which Word computes only on update"
        ),
    )
    .hint(Some(text!(
        "thay trường IF bằng khối {{{{#if …}}}}…{{{{/if}}}}",
        "use a block {{{{#if …}}}}…{{{{/if}}}} instead of the IF field"
    )))
}

fn crosses() -> Fault {
    Fault::new(
        "mau/truong-cat-ngang",
        text!(
            "trường trộn bắt đầu và kết thúc ở hai đoạn hay hai chỗ khác nhau",
            "the merge field begins and ends in different paragraphs or places"
        ),
    )
    .hint(Some(text!(
        "xoá trường rồi chèn lại: Chèn (Insert) > Phần Nhanh (Quick Parts) > Trường (Field)",
        "delete the field and insert it again: Insert > Quick Parts > Field"
    )))
}

/// Where a field stands: what goes, and what takes its place. `None` when it is not whole within one paragraph.
fn place(source: &str, tree: &Tree, field: &Field, paragraph: usize, written: &str, says: Says) -> Option<PlacedTag> {
    let prefix = &tree.prefix;
    let element = |index: usize| &tree.elements[index];
    let text_open = format!("<{prefix}t xml:space=\"preserve\">");
    let text_close = format!("</{prefix}t>");
    let first_run = |within: Range<usize>| {
        let inside = tree.inside(tree.paragraphs[paragraph].element);
        let mut runs = inside.filter(|(_, inner)| inner.name == Name::Run && within.contains(&inner.start));
        runs.next().map(|(run, _)| run)
    };
    let (source_ranges, start, anchor, shell) = if element(field.begin).name == Name::FieldSimple {
        let whole = element(field.begin).start..element(field.begin).end;
        let properties = first_run(whole.clone()).map_or("", |run| run_properties(source, tree, run));
        let shell = Shell::run(prefix, properties);
        (without_markers(tree, whole.clone()), whole.start, field.begin, shell)
    } else {
        let (begin, end) = (element(field.begin), element(field.end));
        let (first, last) = (begin.parent, end.parent);
        if element(first).name != Name::Run || element(first).parent != element(last).parent {
            return None;
        }
        let result = field.separate.map_or(begin.end, |separate| element(separate).end);
        let result_run = first_run(result.saturating_sub(1)..end.start).filter(|&run| run != last);
        let properties = run_properties(source, tree, result_run.unwrap_or(first));
        let is_first = |inner: usize| {
            let mut before = tree.children(first).take_while(|(index, _)| *index < inner);
            before.all(|(_, inner)| inner.name == Name::RunProperties)
        };
        let whole_first = is_first(field.begin);
        let whole_last = !tree.children(last).any(|(index, _)| index > field.end);
        if whole_first && whole_last {
            let whole = element(first).start..element(last).end;
            let shell = Shell::run(prefix, properties);
            (without_markers(tree, whole.clone()), whole.start, first, shell)
        } else {
            let shell = Shell {
                open: text_open,
                close: text_close,
                properties: run_properties(source, tree, first).to_owned(),
            };
            let ranges = if first == last {
                without_markers(tree, begin.start..end.end)
            } else {
                let body = tree
                    .children(last)
                    .find(|(_, inner)| inner.name != Name::RunProperties)
                    .map_or(end.start, |(_, inner)| inner.start);
                let mut ranges = without_markers(tree, element(first).end..element(last).start);
                ranges.insert(0, begin.start..element(first).close_start);
                ranges.push(body..end.end);
                ranges
            };
            (ranges, begin.start, field.begin, shell)
        }
    };
    let text = tree.text(source, paragraph);
    let range = text.within(start..source_ranges.last()?.end);
    Some(PlacedTag {
        paragraph,
        tag: Tag {
            start: range.start,
            range,
            written: written.to_owned(),
            says,
        },
        source: source_ranges,
        start,
        element: anchor,
        shell: Some(shell),
        is_fixed: false,
    })
}

impl Shell {
    /// A run of its own.
    pub fn run(prefix: &str, properties: &str) -> Self {
        Self {
            open: format!("<{prefix}r>{properties}<{prefix}t xml:space=\"preserve\">"),
            close: format!("</{prefix}t></{prefix}r>"),
            properties: properties.to_owned(),
        }
    }
}

/// A range without the bookmarks and the like inside it.
pub fn without_markers(tree: &Tree, range: Range<usize>) -> Vec<Range<usize>> {
    let first = tree.elements.partition_point(|element| element.start < range.start);
    let mut ranges = Vec::new();
    let mut from = range.start;
    for element in &tree.elements[first..] {
        if element.start >= range.end {
            break;
        }
        if element.name == Name::Marker {
            ranges.push(from..element.start);
            from = element.end;
        }
    }
    ranges.push(from..range.end);
    ranges.retain(|range| !range.is_empty());
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_with_their_switches() {
        let field = parse(r#" MERGEFIELD  "Tên xã"  \* Upper \b "xã " \f", " \* MERGEFORMAT "#).unwrap();
        assert_eq!(
            field,
            MergeField {
                name: "Tên xã".into(),
                case: vec!["upper"],
                before: "xã ".into(),
                after: ", ".into(),
                ..MergeField::default()
            }
        );
        assert_eq!(
            parse(r#"mergefield ngay \@ "dd/MM/yyyy""#).unwrap().date.as_deref(),
            Some("dd/MM/yyyy")
        );
        assert_eq!(parse("PAGE"), None);
        assert_eq!(parse("MERGEFIELD").unwrap().name, "");
    }

    #[test]
    fn text_in_a_numeric_picture_is_kept() {
        for (picture, before, after) in [
            ("#.##0,00 'đồng'", "", " đồng"),
            ("0,0%", "", "%"),
            ("'khoảng '0 người;-0", "khoảng ", " người"),
            ("+0", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(around(picture), (before.to_owned(), after.to_owned()), "{picture}");
        }
    }

    #[test]
    fn numeric_pictures_say_how_many_decimals() {
        for (picture, wanted) in [
            ("#,##0.00", 2),
            ("#.##0,0", 1),
            ("0", 0),
            ("#,##0", 0),
            ("#.##0", 0),
            ("0,000", 3),
            ("#,##0.000", 3),
            ("#.##0,###", 3),
            ("#.###.##0", 0),
            ("# ##0,000", 3),
            ("0,0 'triệu đồng'", 1),
            ("", 0),
        ] {
            assert_eq!(decimals(picture), wanted, "{picture}");
        }
    }
}
