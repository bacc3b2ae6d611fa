//! A pack drafted from last year's document.
//!
//! In: a .docx. Out: a plan whose text source says what the document says, its furniture recognised, its figures proposed as fields
//! with the found values as examples. Each way to write it down is tried: the pack, filled with its own sample, must give the
//! document's text again; what would not is left as plain text, and told. Left out: images, notes, headers and footers, told too.

mod fields;
mod figures;
mod furniture;
mod outline;
mod read;
mod table;

use std::collections::BTreeMap;

use self::fields::{FORM, Fields};
use self::furniture::{Part, parts};
use self::read::{Beside, Block, Paragraph};
use super::plan::{Field, Plan, Sheet};
use super::text::line;
use crate::dataset::{self, Mapping};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Severity, Text, shorten};
use crate::lint;
use crate::opc::{self, Package};
use crate::pack::{Origin, Pack};
use crate::schema::Layout;
use crate::template::{self, Template};
use crate::text;
use crate::value::Type;
use crate::vietnamese::key;
use crate::workbook;

/// What the author says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The pack's id.
    pub id: String,
    /// What people call it; the document's title when absent.
    pub name: Option<String>,
}

/// A plan, and what there is to say of it.
#[derive(Debug)]
pub struct Drafted {
    /// The plan.
    pub plan: Plan,
    /// What was made out, a line each.
    pub notes: Vec<Text>,
}

/// How much is made of a document, from most to least.
#[derive(Clone, Copy, Debug)]
struct Way {
    furniture: bool,
    figures: bool,
    tables: bool,
    emphasis: bool,
}

/// The ways in which a document is written down, one after the other.
const WAYS: [Way; 8] = [
    Way::new(true, true, true, true),
    Way::new(true, true, true, false),
    Way::new(true, true, false, true),
    Way::new(true, true, false, false),
    Way::new(false, true, true, true),
    Way::new(false, true, false, false),
    Way::new(true, false, false, false),
    Way::new(false, false, false, false),
];

impl Way {
    const fn new(furniture: bool, figures: bool, tables: bool, emphasis: bool) -> Self {
        Self {
            furniture,
            figures,
            tables,
            emphasis,
        }
    }
}

/// A pack's plan by a document; an error when it can't be read or says nothing.
pub fn draft(docx: &[u8], options: &Options) -> Result<Drafted, Diagnostics> {
    let unreadable = |error: opc::Error| {
        Diagnostics::from_iter([Diagnostic::error("mau/khong-doc-duoc", Place::File, error.text())])
    };
    let package = Package::read(docx.to_vec(), &opc::Limits::default()).map_err(unreadable)?;
    let (blocks, beside) = read::read(&package).map_err(unreadable)?;
    let wanted = read::texts(&blocks);
    if wanted.is_empty() {
        let finding = Diagnostic::error(
            "goi-moi/van-ban-trong",
            Place::File,
            Text::new("văn bản này không có chữ nào", "this document has no text"),
        );
        return Err(Diagnostics::from_iter([finding.hint(Text::new(
            "chọn tệp .docx có nội dung; bản quét (ảnh) thì không đọc được",
            "choose a .docx with text; a scan is a picture and can't be read",
        ))]));
    }
    let mut best: Option<(usize, Drafted)> = None;
    let mut failure = Diagnostics::new();
    for way in WAYS {
        let mut drafted = by_way(&blocks, &wanted, way, options);
        let (differing, layout) = match printed(&drafted.plan) {
            Ok((printed, layout)) => (differing(&wanted, &printed), layout),
            Err(findings) => {
                failure = findings;
                continue;
            }
        };
        tell(&mut drafted, way, beside, &differing);
        free_layout(&mut drafted, &layout);
        let count = differing.len();
        if best.as_ref().is_none_or(|(least, _)| count < *least) {
            best = Some((count, drafted));
        }
        if count == 0 {
            break;
        }
    }
    best.map(|(_, drafted)| drafted).ok_or(failure)
}

fn by_way(blocks: &[Block], texts: &[String], way: Way, options: &Options) -> Drafted {
    let parts = match way.furniture {
        true => parts(blocks.to_vec()),
        false => blocks
            .iter()
            .cloned()
            .map(|block| match block {
                Block::Paragraph(paragraph) => Part::Paragraph(paragraph),
                Block::Table(table) => Part::Table(table),
            })
            .collect(),
    };
    let mut writer = Writer {
        fields: Fields::new(texts),
        way,
        tables: Vec::new(),
        out: String::new(),
        after_part: false,
        furniture: Vec::new(),
        title: None,
    };
    let mut after_table = false;
    for part in &parts {
        let is_table = matches!(part, Part::Table(_));
        if is_table && after_table {
            // Two tables that touch are one to Markdown and to Word.
            writer.out.push_str("<!-- -->\n\n");
        }
        writer.part(part);
        after_table = is_table;
    }
    let Writer {
        fields,
        tables,
        out,
        furniture,
        title,
        ..
    } = writer;
    let has_year = fields.has("nam");
    let count = fields.count();
    let mut sheets = fields.sheets();
    sheets.extend(tables);
    let mut outline = out;
    if sheets.is_empty() {
        // A workbook must ask for something.
        let mut sheet = Sheet::new(FORM, "Thông tin chung", Layout::Form);
        sheet.required = false;
        let mut field = Field::new("bo_sung", "Nội dung bổ sung", Type::LongText);
        field.help = Some("In ở cuối văn bản; để trống thì không in.".to_owned());
        sheet.fields.push(field);
        // Nothing of it stands in the document, so that its sample stays blank.
        let mut sheet = sheet.sampled();
        for field in &mut sheet.fields {
            field.example = Some("Nội dung cần viết thêm.".to_owned());
        }
        sheets.push(sheet);
        outline.push_str(&format!(
            "{{{{#if {FORM}.bo_sung}}}}\n\n{{{{{FORM}.bo_sung}}}}\n\n{{{{/if}}}}\n"
        ));
    }
    let (document, subject) = title.unwrap_or_default();
    let document = match document.is_empty() {
        true => "Văn bản".to_owned(),
        false => {
            let lower = document.to_lowercase();
            let mut letters = lower.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default()
        }
    };
    let name = options.name.clone().unwrap_or_else(|| match subject.is_empty() {
        true => format!("{document} {}", options.id),
        false => format!("{document} {subject}"),
    });
    let mut notes = vec![text!(
        "Đề nghị {count} trường: năm, tên địa phương, ngày, số hiệu văn bản và các số có đơn vị; sửa nhãn trong pack.toml cho dễ hiểu",
        "Proposed {count} fields: the year, names of places, dates, numbers of documents, figures with units; mend their labels in pack.toml"
    )];
    if !furniture.is_empty() {
        let mut furniture = furniture;
        furniture.sort_unstable();
        furniture.dedup();
        let all = furniture.join(", ");
        notes.push(text!("Đã nhận ra: {all}", "Recognised: {all}"));
    }
    for sheet in &sheets {
        for field in &sheet.fields {
            let (id, label) = (sheet.path(field), shorten(&field.label));
            let example = shorten(field.example.as_deref().unwrap_or_default());
            notes.push(text!(
                "  {id}: «{label}», ví dụ “{example}”",
                "  {id}: «{label}», for instance “{example}”"
            ));
        }
    }
    Drafted {
        plan: Plan {
            id: options.id.clone(),
            name,
            description: String::new(),
            document,
            file_name: match has_year {
                true => format!("{} {{{{{FORM}.nam}}}}", options.id),
                false => options.id.clone(),
            },
            sheets,
            outline,
            has_free_layout: false,
            advice: Vec::new(),
        },
        notes,
    }
}

/// The text source while it is written.
struct Writer {
    fields: Fields,
    way: Way,
    tables: Vec<Sheet>,
    out: String,
    after_part: bool,
    /// What was recognised, in Vietnamese and in order.
    furniture: Vec<&'static str>,
    title: Option<(String, String)>,
}

impl Writer {
    fn tags(&mut self, text: &str) -> Vec<outline::Tag> {
        match self.way.figures {
            true => self.fields.tags(text),
            false => Vec::new(),
        }
    }

    /// A line of furniture, with the tags that are found by a way of its own.
    fn line(&mut self, text: &str, find: fn(&mut Fields, &str) -> Vec<outline::Tag>) -> String {
        let tags = match self.way.figures {
            true => find(&mut self.fields, text),
            false => Vec::new(),
        };
        outline::furniture(text, &tags)
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Letterhead { agency, number, date } => {
                self.furniture.push("quốc hiệu, cơ quan, số và ngày");
                self.out.push_str("```letterhead\n");
                for (index, text) in agency.iter().enumerate() {
                    let line = self.line(text, Fields::agency_line);
                    // The last two lines are the agency, what is above them its superior.
                    let key = if agency.len() > 2 && index + 2 < agency.len() {
                        "superior"
                    } else {
                        "agency"
                    };
                    self.out.push_str(&format!("{key}: {line}\n"));
                }
                let number = self.line(number, Fields::number_line);
                let date = self.line(date, Fields::date_line);
                self.out.push_str(&format!("number: {number}\ndate: {date}\n```\n\n"));
            }
            Part::Title { kind, subject } => {
                self.furniture.push("tên loại và trích yếu");
                let whole = subject.join(" ");
                let lines: Vec<String> = subject.iter().map(|text| self.line(text, Fields::tags)).collect();
                self.title = Some((kind.clone(), whole));
                let (kind, subject) = (line(kind), lines.join(" \\ "));
                self.out
                    .push_str(&format!("```title\nkind: {kind}\nsubject: {subject}\n```\n\n"));
            }
            Part::Addressees(all) => {
                self.furniture.push("nơi kính gửi");
                self.out.push_str("```addressees\n");
                for text in all {
                    let line = self.line(text, Fields::tags);
                    self.out.push_str(&format!("to: {line}\n"));
                }
                self.out.push_str("```\n\n");
            }
            Part::Signature { recipients, signer } => {
                self.furniture.push("nơi nhận và người ký");
                self.out.push_str("```signature\n");
                for text in recipients {
                    let line = self.line(text, Fields::tags);
                    self.out.push_str(&format!("recipients: {line}\n"));
                }
                let last = signer.len().saturating_sub(1);
                for (index, text) in signer.iter().enumerate() {
                    let (key, line) = match index {
                        index if index == last => ("name", self.line(text, Fields::signer)),
                        index if index + 1 == last => ("title", line(text)),
                        _ => ("authority", line(text)),
                    };
                    self.out.push_str(&format!("{key}: {line}\n"));
                }
                self.out.push_str("```\n\n");
            }
            Part::Paragraph(paragraph) => self.paragraph(paragraph),
            Part::Table(table) => {
                let number = self.tables.len() + 1;
                let found = if self.way.tables {
                    table::sheet(table, number)
                } else {
                    None
                };
                match found {
                    Some((sheet, print)) => {
                        self.tables.push(sheet);
                        self.out.push_str(&print);
                    }
                    None => self.out.push_str(&table::literal(table)),
                }
            }
        }
    }

    fn paragraph(&mut self, paragraph: &Paragraph) {
        let text = paragraph.text();
        let tags = self.tags(&text);
        let written = outline::paragraph(paragraph, &tags, self.after_part, self.way.emphasis);
        self.after_part = outline::level(&read::plain(&text)) == Some(1);
        self.out.push_str(&written);
    }
}

/// A document that breaks the layout of the decree in its own words is printed again as it is: its pack says that it is not held to
/// that layout, and its author is told what breaks it.
fn free_layout(drafted: &mut Drafted, layout: &Diagnostics) {
    let errors = || layout.iter().filter(|finding| finding.severity == Severity::Error);
    let count = errors().count();
    if count == 0 {
        return;
    }
    drafted.plan.has_free_layout = true;
    let mut notes = Vec::new();
    if errors().any(|finding| finding.code == lint::NO_NATION) {
        notes.push(text!(
            "Văn bản không có Quốc hiệu nên pack.toml ghi layout = \"free\": thể thức không được xét theo Nghị định 30/2020/NĐ-CP",
            "The document has no Quốc hiệu, so pack.toml says layout = \"free\": it is not held to Decree 30/2020/NĐ-CP"
        ));
    } else {
        notes.push(text!(
            "Văn bản gốc có {count} điểm trái thể thức Nghị định 30/2020/NĐ-CP nên pack.toml ghi layout = \"free\"; sửa trong {} xong \
             thì bỏ dòng ấy để pack check xét thể thức",
            "The document breaks the layout of Decree 30/2020/NĐ-CP in {count} point(s), so pack.toml says layout = \"free\"; mend \
             them in {}, then take that line out to have the layout checked",
            super::SOURCE
        ));
        for finding in errors() {
            let (at_vi, at_en) = (finding.where_text(Lang::Vi), finding.where_text(Lang::En));
            let (vi, en) = (&finding.message.vi, &finding.message.en);
            notes.push(Text::new(format!("  {at_vi}: {vi}"), format!("  {at_en}: {en}")));
        }
    }
    let advice = notes.iter().map(|note| note.vi.clone());
    drafted.plan.advice.extend(advice);
    drafted.notes.extend(notes);
}

/// What a plan's pack prints, filled with its own sample, and what is wrong with the layout of that.
fn printed(plan: &Plan) -> Result<(Vec<String>, Diagnostics), Diagnostics> {
    let files = super::files(plan)?;
    let pack = Pack::parse(files, Origin::Folder(plan.id.clone().into()))?;
    let options = template::Options {
        empty: &pack.empty,
        files: &pack.files,
        controls: pack.controls,
        subject: template::Subject::default(),
        ..template::Options::default()
    };
    let (compiled, _) = Template::compile(pack.file(super::TEMPLATE).unwrap_or_default(), &pack.schema, &options)?;
    let fault = |message: Text| Diagnostics::from_iter([Diagnostic::error("mau/khong-doc-duoc", Place::File, message)]);
    let sample = pack.file(&super::sample_name(plan)).unwrap_or_default();
    let sample = workbook::read(sample, &workbook::Limits::default())
        .map_err(|error| Diagnostics::from_iter([error.diagnostic()]))?;
    let (dataset, _) = dataset::build(&pack.schema, sample, &Mapping::default());
    let (bytes, _) = compiled.fill(&dataset).map_err(|error| fault(error.text()))?;
    let layout = lint::layout(&bytes).map_err(|error| fault(error.text()))?;
    let package = Package::read(bytes, &opc::Limits::default()).map_err(|error| fault(error.text()))?;
    let (blocks, _) = read::read(&package).map_err(|error| fault(error.text()))?;
    Ok((read::texts(&blocks), layout))
}

/// The paragraphs of the document that are not printed again, and how often; where the tone mark of the motto stands is of no
/// account.
fn differing(wanted: &[String], printed: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<String, (isize, &str)> = BTreeMap::new();
    let same = |text: &str| match text.chars().count() < 60 && key(text).contains("chủ nghĩa việt nam") {
        true => key(text),
        false => text.to_owned(),
    };
    for text in wanted {
        counts.entry(same(text)).or_insert((0, text)).0 += 1;
    }
    for text in printed {
        counts.entry(same(text)).or_insert((0, text)).0 -= 1;
    }
    let found = counts.into_values().filter(|(count, _)| *count != 0);
    found.map(|(_, text)| text.to_owned()).collect()
}

/// Tells what is left out, and whether the text comes again.
fn tell(drafted: &mut Drafted, way: Way, beside: Beside, differing: &[String]) {
    let notes = &mut drafted.notes;
    for (count, vi, en) in [
        (
            beside.images,
            "ảnh không được lấy theo; chèn lại vào mẫu Word",
            "picture(s) left out; put them into the template again",
        ),
        (
            beside.notes,
            "chú thích cuối trang không được lấy theo",
            "foot- or endnote(s) left out",
        ),
        (
            beside.margins,
            "đầu trang, chân trang có chữ không được lấy theo",
            "header(s) or footer(s) with text left out",
        ),
        (
            beside.boxes,
            "khung chữ (text box) trở thành đoạn văn thường",
            "text box(es) became plain paragraphs",
        ),
        (
            beside.changes,
            "chỗ sửa có theo dõi được coi là đã chấp nhận",
            "tracked change(s) were taken as accepted",
        ),
        (
            beside.numbered,
            "đoạn do Word tự đánh số hay gạch đầu dòng; gõ lại dấu đầu dòng nếu cần",
            "paragraph(s) that Word numbers by itself; type the signs where needed",
        ),
        (
            beside.legacy,
            "đoạn chữ TCVN3, VNI được đổi sang Unicode",
            "text(s) in TCVN3 or VNI were decoded",
        ),
    ] {
        if count > 0 {
            notes.push(Text::new(format!("{count} {vi}"), format!("{count} {en}")));
        }
    }
    if !way.figures {
        notes.push(Text::new(
            "Không đề nghị trường nào vì in lại không đúng nguyên văn",
            "No fields are proposed, for the text would not come again word for word",
        ));
    }
    match differing {
        [] => notes.push(Text::new(
            "Điền bằng chính giá trị tìm thấy thì in lại đúng từng đoạn của văn bản gốc",
            "Filled with the values found, it prints each paragraph of the document again",
        )),
        [first, ..] => {
            let (count, first) = (differing.len(), shorten(first));
            notes.push(text!(
                "Có {count} đoạn in lại chưa đúng nguyên văn, trước hết: “{first}”",
                "{count} paragraph(s) do not come again word for word, the first: “{first}”"
            ));
        }
    }
    drafted.plan.advice = notes.iter().map(|note| note.vi.clone()).collect();
}

#[cfg(test)]
mod tests;
