//! The fields that a document's figures become: those of the form `thong_tin`, used wherever they come, and those of `so_lieu`.
//!
//! In: the pieces found in texts. Out: tags, and the sheets that ask for them. A piece becomes a field only if its field prints
//! what stood there, letter for letter; else it is a field of text, or stays as it is.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::figures::{Found, What, find};
use super::outline::Tag;
use crate::draft::name::Ids;
use crate::draft::plan::{Field, Sheet};
use crate::schema::Layout;
use crate::value::{Context, Raw, Type, Value};
use crate::vietnamese::{date_long, fold, parse_date, plain};

pub(super) const FORM: &str = "thong_tin";
const FIGURES: &str = "so_lieu";
/// Most figures that are asked for: beyond that nobody fills in a form.
const MOST: usize = 400;

/// A text of the form: its id, its label, what to fill in.
#[derive(Clone, Copy)]
struct Asked {
    id: &'static str,
    label: &'static str,
    help: &'static str,
}

impl Asked {
    const fn new(id: &'static str, label: &'static str, help: &'static str) -> Self {
        Self { id, label, help }
    }
}

const COMMUNE: Asked = Asked::new(
    "ten_xa",
    "Tên xã, phường, đặc khu",
    "Chỉ ghi tên riêng; chữ “xã”, “phường” đã có trong lời văn.",
);
const DISTRICT: Asked = Asked::new(
    "huyen",
    "Tên huyện",
    "Chỉ ghi tên riêng; chữ đứng trước đã có trong lời văn.",
);
const PROVINCE: Asked = Asked::new(
    "tinh",
    "Tên tỉnh",
    "Chỉ ghi tên riêng; chữ đứng trước đã có trong lời văn.",
);
const NUMBER: Asked = Asked::new("so_ky_hieu", "Số, ký hiệu", "Ghi cả số và ký hiệu của văn bản.");
const SITE: Asked = Asked::new("dia_danh", "Địa danh", "Tên ghi trước ngày tháng ở đầu văn bản.");
const SIGNER: Asked = Asked::new("nguoi_ky", "Người ký", "Họ và tên người ký, in như ghi ở đây.");
/// Characters on either side of a figure by which its place is told.
const BESIDE: usize = 40;

/// Where in the document a figure stands: `In ở chỗ “thu ngân sách ước đạt [ô này] triệu đồng”.`
fn whereabouts(text: &str, at: &std::ops::Range<usize>) -> String {
    let before = text.get(..at.start).unwrap_or_default();
    let after = text.get(at.end..).unwrap_or_default();
    // Whole words only.
    let near = |words: Vec<&str>| -> Vec<String> {
        let mut room = BESIDE;
        let words = words.into_iter().map_while(|word| {
            room = room.checked_sub(word.chars().count() + 1)?;
            Some(word.to_owned())
        });
        words.collect()
    };
    let mut head = near(before.split_whitespace().rev().collect());
    head.reverse();
    let (head, tail) = (head.join(" "), near(after.split_whitespace().collect()).join(" "));
    // What touches the figure in the text touches it here.
    let left = if before.ends_with(char::is_whitespace) { " " } else { "" };
    let right = if after.starts_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    let context = format!("{head}{left}[ô này]{right}{tail}");
    let context = context.trim().trim_end_matches(['.', ',', ';', ':']);
    format!("In ở chỗ “{context}”.")
}

/// The fields made so far.
pub(super) struct Fields {
    form: Sheet,
    figures: Sheet,
    ids: Ids,
    labels: HashSet<String>,
    /// The tag of a text that was met before.
    known: HashMap<(What, String), String>,
    year: Option<u32>,
    commune: Option<String>,
    district: Option<String>,
    province: Option<String>,
}

impl Fields {
    /// No fields yet. What a document is about is told by how often it is named.
    pub fn new(texts: &[String]) -> Self {
        let mut counts: HashMap<(What, String), (usize, usize)> = HashMap::new();
        let mut seen = 0;
        for text in texts {
            for found in find(text) {
                let shown = text.get(found.at.clone()).unwrap_or_default().to_owned();
                seen += 1;
                counts.entry((found.what, shown)).or_insert((0, seen)).0 += 1;
            }
        }
        let most = |what: What| {
            let own = counts.iter().filter(|((own, _), _)| *own == what);
            let best = own.max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)));
            best.map(|((_, text), _)| text.clone())
        };
        Self {
            form: Sheet::new(FORM, "Thông tin chung", Layout::Form),
            figures: Sheet::new(FIGURES, "Số liệu", Layout::Form),
            ids: Ids::default(),
            labels: HashSet::new(),
            known: HashMap::new(),
            year: most(What::Year).and_then(|year| year.parse().ok()),
            commune: most(What::Commune),
            district: most(What::District),
            province: most(What::Province),
        }
    }

    /// The form and the figures, as far as anything is asked.
    pub fn sheets(self) -> Vec<Sheet> {
        [self.form, self.figures]
            .into_iter()
            .filter(|sheet| !sheet.fields.is_empty())
            .map(Sheet::sampled)
            .collect()
    }

    /// The fields of the form.
    pub fn has(&self, id: &str) -> bool {
        self.form.fields.iter().any(|field| field.id == id)
    }

    /// How many figures are asked for.
    pub fn count(&self) -> usize {
        self.form.fields.len() + self.figures.fields.len()
    }

    /// The tags of a text.
    pub fn tags(&mut self, text: &str) -> Vec<Tag> {
        let found = find(text);
        found.into_iter().filter_map(|found| self.tag(text, &found)).collect()
    }

    fn tag(&mut self, text: &str, found: &Found) -> Option<Tag> {
        let shown = text.get(found.at.clone())?;
        let mut at = found.at.clone();
        let tag = match found.what {
            What::Year => self.year_tag(shown)?,
            What::Commune => self.place(What::Commune, shown, COMMUNE)?,
            What::District => self.place(What::District, shown, DISTRICT)?,
            What::Province => self.place(What::Province, shown, PROVINCE)?,
            What::Date => {
                let key = (What::Date, shown.to_owned());
                match self.known.get(&key) {
                    Some(tag) => tag.clone(),
                    None => {
                        let tag = self.date(
                            FIGURES,
                            shown,
                            &format!("Ngày – {}", found.label),
                            &whereabouts(text, &at),
                        )?;
                        self.known.insert(key, tag.clone());
                        tag
                    }
                }
            }
            What::Reference => {
                let key = (What::Reference, shown.to_owned());
                match self.known.get(&key) {
                    Some(tag) => tag.clone(),
                    None => {
                        let label = format!("Số, ký hiệu – {}", found.label);
                        let tag = self.figure(
                            &label,
                            Field::new("", "", Type::Text)
                                .help(&whereabouts(text, &at))
                                .example(shown),
                        )?;
                        self.known.insert(key, tag.clone());
                        tag
                    }
                }
            }
            What::Number => {
                let rest = text.get(at.end..)?;
                let is_percent = found.unit.as_deref() == Some("%") && rest.starts_with('%');
                if is_percent {
                    at.end += 1;
                }
                let shown = text.get(at.clone())?;
                let mut field = number(shown, is_percent).help(&whereabouts(text, &at));
                field.unit = found.unit.clone().filter(|unit| unit != "%" && field.ty.is_numeric());
                self.figure(&found.label, field)?
            }
        };
        Some(Tag { at, tag })
    }

    /// The year of the document is asked for; the years beside it follow from it.
    fn year_tag(&mut self, shown: &str) -> Option<String> {
        let (own, year) = (shown.parse::<u32>().ok()?, self.year?);
        let tag = match own.checked_sub(year) {
            Some(0) => format!("{{{{{FORM}.nam}}}}"),
            Some(1) => format!("{{{{add {FORM}.nam 1}}}}"),
            _ if own + 1 == year => format!("{{{{sub {FORM}.nam 1}}}}"),
            _ => return None,
        };
        if !self.has("nam") {
            let field = Field::new("nam", "Năm", Type::Year)
                .required()
                .example(&year.to_string());
            self.form
                .fields
                .push(field.help("Năm của báo cáo; năm trước và năm sau tự tính."));
        }
        Some(tag)
    }

    /// The place that the document is about; others stay as they are.
    fn place(&mut self, what: What, shown: &str, asked: Asked) -> Option<String> {
        let own = match what {
            What::Commune => &self.commune,
            What::District => &self.district,
            _ => &self.province,
        };
        if own.as_deref() != Some(shown) {
            return None;
        }
        let shown = shown.to_owned();
        self.form_text(asked, &shown);
        Some(format!("{{{{{FORM}.{}}}}}", asked.id))
    }

    /// Asks for a text in the form, once.
    fn form_text(&mut self, asked: Asked, example: &str) {
        if !self.has(asked.id) {
            let field = Field::new(asked.id, asked.label, Type::Text).help(asked.help);
            self.form.fields.push(field.required().example(example));
        }
    }

    /// The tags of the letterhead's number: `Số: 127/BC-UBND`.
    pub fn number_line(&mut self, line: &str) -> Vec<Tag> {
        let found = find(line).into_iter().find(|found| found.what == What::Reference);
        let Some(found) = found else { return self.tags(line) };
        let Some(shown) = line.get(found.at.clone()) else {
            return Vec::new();
        };
        self.form_text(NUMBER, shown);
        vec![Tag {
            at: found.at,
            tag: format!("{{{{{FORM}.so_ky_hieu}}}}"),
        }]
    }

    /// The tags of the letterhead's place and date: `Tân Hoà, ngày 15 tháng 12 năm 2023`.
    pub fn date_line(&mut self, line: &str) -> Vec<Tag> {
        let mut tags = Vec::new();
        if let Some((place, _)) = line.split_once(',')
            && !place.is_empty()
        {
            self.form_text(SITE, place);
            tags.push(Tag {
                at: 0..place.len(),
                tag: format!("{{{{{FORM}.dia_danh}}}}"),
            });
        }
        let found = find(line).into_iter().find(|found| found.what == What::Date);
        if let Some(found) = found
            && let Some(shown) = line.get(found.at.clone())
            && let Some(tag) = self.date(FORM, shown, "Ngày ban hành", "Ngày ký, ghi ngày/tháng/năm.")
        {
            tags.push(Tag { at: found.at, tag });
        }
        tags
    }

    /// The tags of an agency: `XÃ TÂN HOÀ` is the name of the commune in capitals.
    pub fn agency_line(&mut self, line: &str) -> Vec<Tag> {
        for (own, asked) in [
            (self.commune.clone(), COMMUNE),
            (self.district.clone(), DISTRICT),
            (self.province.clone(), PROVINCE),
        ] {
            let Some(name) = own else { continue };
            let upper = name.to_uppercase();
            if let Some(before) = line.strip_suffix(&upper).filter(|before| before.ends_with(' ')) {
                self.form_text(asked, &name);
                return vec![Tag {
                    at: before.len()..line.len(),
                    tag: format!("{{{{upper {FORM}.{}}}}}", asked.id),
                }];
            }
        }
        Vec::new()
    }

    /// The tag of the signer.
    pub fn signer(&mut self, line: &str) -> Vec<Tag> {
        self.form_text(SIGNER, line);
        vec![Tag {
            at: 0..line.len(),
            tag: format!("{{{{{FORM}.nguoi_ky}}}}"),
        }]
    }

    /// A date that prints as it stands, short or long; else a text.
    fn date(&mut self, sheet: &str, shown: &str, label: &str, help: &str) -> Option<String> {
        let date = parse_date(shown).ok();
        let short = date.map(|date| Type::Date.print(&Value::Date(date), None));
        let (field, long) = match (short, date) {
            (Some(short), _) if short == shown => (Field::new("", "", Type::Date).example(shown), false),
            (Some(short), Some(date)) if date_long(date) == shown => {
                (Field::new("", "", Type::Date).example(&short), true)
            }
            _ => (Field::new("", "", Type::Text).example(shown), false),
        };
        let field = field.help(help);
        let path = match sheet {
            FORM => {
                self.form.fields.push(Field {
                    id: "ngay".to_owned(),
                    label: label.to_owned(),
                    required: true,
                    ..field
                });
                format!("{FORM}.ngay")
            }
            _ => self.figure(label, field)?.trim_matches(['{', '}']).to_owned(),
        };
        Some(match long {
            true => format!("{{{{date {path} \"long\"}}}}"),
            false => format!("{{{{{path}}}}}"),
        })
    }

    /// A figure of its own: its tag.
    fn figure(&mut self, label: &str, mut field: Field) -> Option<String> {
        if self.figures.fields.len() >= MOST {
            return None;
        }
        let label = label.trim_end_matches([' ', '–', '-', ':']);
        let label = if fold(label).is_empty() { "Số liệu" } else { label };
        let label: String = label.chars().take(100).collect();
        let numbered = (1..).map(|number| match number {
            1 => label.clone(),
            number => format!("{label} – số {number}"),
        });
        let label = numbered.into_iter().find(|label| !self.labels.contains(&fold(label)))?;
        self.labels.insert(fold(&label));
        field.id = self.ids.of(&label, "so");
        field.label = label;
        let tag = format!("{{{{{FIGURES}.{}}}}}", field.id);
        self.figures.fields.push(field);
        Some(tag)
    }
}

/// The field of a number that prints as it stands.
fn number(shown: &str, is_percent: bool) -> Field {
    let as_text = || Field::new("", "", Type::Text).example(shown);
    let digits = shown.trim_end_matches('%');
    let plain_digits = digits.replace('.', "").replace(',', ".");
    let Ok(number) = plain_digits.parse::<Decimal>() else {
        return as_text();
    };
    let types: &[Type] = match is_percent {
        true => &[Type::Percent],
        false if digits.starts_with('0') && digits.len() > 1 => &[Type::Count],
        false => &[Type::Integer, Type::Decimal],
    };
    let decimals = Some(number.scale()).filter(|scale| *scale > 2);
    let example = plain(number) + if is_percent { "%" } else { "" };
    let fits = |ty: &&Type| {
        let reading = ty.read(&Raw::Text(example.as_str().into()), &Context::default());
        reading.value == Some(Value::Number(number.normalize()))
            && ty.print(&Value::Number(number), decimals) == shown
            && (**ty != Type::Integer || number.fract().is_zero())
    };
    match types.iter().find(fits) {
        Some(ty) => {
            let mut field = Field::new("", "", *ty).example(&example);
            field.decimals = decimals;
            field
        }
        None => as_text(),
    }
}
