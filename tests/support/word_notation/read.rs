//! A package to the notation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Format, MILLIMETRE};
use crate::invariants::{self, Element};

/// A package in the notation: runs joined, each list item with its number as printed. Panics when it can't be read.
pub fn shown(docx: &[u8]) -> String {
    let (package, faults) = invariants::Package::read(docx);
    assert!(faults.is_empty(), "{faults:?}");
    let mut reader = Reader {
        package: &package,
        part: "word/document.xml".to_owned(),
        lists: Lists::of(&package),
        cell: false,
    };
    let document = package.trees.get("word/document.xml").expect("a document");
    let body = document
        .children
        .iter()
        .find(|child| child.name == "w:body")
        .expect("a body");
    let mut lines = Vec::new();
    reader.blocks(&body.children, &mut lines);
    if let Some(core) = package.trees.get("docProps/core.xml") {
        for property in &core.children {
            let name = property.name.rsplit(['}', ':']).next().unwrap_or_default();
            lines.push(format!("<property {name}>{}</property>", property.own_text));
        }
    }
    lines.join("\n")
}

struct Reader<'p> {
    package: &'p invariants::Package,
    part: String,
    lists: Lists,
    /// Whether brackets would be taken for those of a cell.
    cell: bool,
}

#[derive(Default)]
struct Line {
    out: String,
    open: Format,
    /// Code of each open field, and whether its result has begun.
    fields: Vec<(String, bool)>,
}

impl Line {
    fn format(&mut self, wanted: Format) {
        for (is_open, stays, name) in [
            (self.open.underline, wanted == self.open, "u"),
            (self.open.italic, wanted == self.open, "i"),
            (self.open.bold, wanted == self.open, "b"),
        ] {
            if is_open && !stays {
                let _ = write!(self.out, "</{name}>");
            }
        }
        if wanted != self.open {
            for (is_wanted, name) in [(wanted.bold, "b"), (wanted.italic, "i"), (wanted.underline, "u")] {
                if is_wanted {
                    let _ = write!(self.out, "<{name}>");
                }
            }
        }
        self.open = wanted;
    }

    /// Writes an element, with nothing of the format open.
    fn mark(&mut self, text: &str) {
        self.format(Format::default());
        self.out += text;
    }
}

fn child<'e>(element: &'e Element, name: &str) -> Option<&'e Element> {
    element.children.iter().find(|child| child.name == name)
}

/// The `w:val` of an element some levels down.
fn value<'e>(element: &'e Element, path: &[&str]) -> Option<&'e str> {
    let found = path.iter().try_fold(element, |element, name| child(element, name))?;
    Some(found.attribute("w:val").unwrap_or(""))
}

fn is_on(element: &Element, path: &[&str]) -> bool {
    value(element, path).is_some_and(|value| !["0", "false", "none"].contains(&value))
}

impl Reader<'_> {
    fn blocks(&mut self, blocks: &[Element], lines: &mut Vec<String>) {
        let mut after_table = false;
        for block in blocks {
            match block.name.as_str() {
                "w:p" => {
                    let section = child(block, "w:pPr").and_then(|properties| child(properties, "w:sectPr"));
                    if let Some(section) = section {
                        self.stories(section, lines);
                    }
                    let mut line = self.paragraph(block);
                    if line.is_empty() && section.is_none() {
                        line.push('∅');
                    } else if line.starts_with('[') {
                        line.insert(0, '\\');
                    }
                    if let Some(section) = section {
                        let _ = write!(line, "<section {}>", orientation(section));
                    }
                    lines.push(line);
                }
                "w:tbl" => {
                    if after_table {
                        lines.push("---".to_owned());
                    }
                    self.table(block, lines);
                }
                "w:sdt" => {
                    let (start, end) = control(block);
                    lines.push(start);
                    if let Some(content) = child(block, "w:sdtContent") {
                        self.blocks(&content.children, lines);
                    }
                    lines.push(end.to_owned());
                }
                "w:sectPr" => {
                    self.stories(block, lines);
                    if orientation(block) != "portrait" || lines.iter().any(|line| line.contains("<section ")) {
                        lines.push(format!("<section {}>", orientation(block)));
                    }
                }
                "w:ins" | "w:customXml" => self.blocks(&block.children, lines),
                _ => continue,
            }
            after_table = block.name == "w:tbl";
        }
    }

    fn stories(&mut self, section: &Element, lines: &mut Vec<String>) {
        for reference in &section.children {
            let kind = match reference.name.as_str() {
                "w:headerReference" => "header",
                "w:footerReference" => "footer",
                _ => continue,
            };
            let which = match reference.attribute("w:type") {
                Some("default") | None => String::new(),
                Some(other) => format!(" {other}"),
            };
            let name = format!("word/{}", self.target(reference.attribute("r:id").unwrap_or_default()));
            lines.push(format!("<{kind}{which}>"));
            let part = std::mem::replace(&mut self.part, name.clone());
            if let Some(root) = self.package.trees.get(&name) {
                self.blocks(&root.children, lines);
            }
            self.part = part;
            lines.push(format!("</{kind}>"));
        }
    }

    /// The target of a relationship of the part.
    fn target(&self, id: &str) -> String {
        let (folder, name) = self.part.split_once('/').unwrap_or_default();
        let list = self.package.trees.get(&format!("{folder}/_rels/{name}.rels"));
        let found = list.and_then(|list| list.children.iter().find(|entry| entry.attribute("Id") == Some(id)));
        found
            .and_then(|entry| entry.attribute("Target"))
            .unwrap_or("?")
            .trim_start_matches("/word/")
            .to_owned()
    }

    fn table(&mut self, table: &Element, lines: &mut Vec<String>) {
        let in_table = table.children.iter().any(|child| child.name == "w:sdt");
        if in_table {
            lines.push("<table>".to_owned());
        }
        self.rows(&table.children, lines);
        if in_table {
            lines.push("</table>".to_owned());
        }
    }

    fn rows(&mut self, rows: &[Element], lines: &mut Vec<String>) {
        for row in rows {
            match row.name.as_str() {
                "w:tr" => {
                    let head = is_on(row, &["w:trPr", "w:tblHeader"]);
                    let mut cells = Vec::new();
                    self.cells(&row.children, &mut cells);
                    if let Some(first) = cells.first_mut().filter(|_| head) {
                        first.insert_str(0, "<head>");
                    }
                    lines.push(format!("[{}]", cells.join("] [")));
                }
                "w:sdt" => {
                    let (start, end) = control(row);
                    lines.push(start);
                    if let Some(content) = child(row, "w:sdtContent") {
                        self.rows(&content.children, lines);
                    }
                    lines.push(end.to_owned());
                }
                "w:ins" | "w:customXml" => self.rows(&row.children, lines),
                _ => {}
            }
        }
    }

    fn cells(&mut self, cells: &[Element], out: &mut Vec<String>) {
        for cell in cells {
            match cell.name.as_str() {
                "w:tc" => {
                    let mut text = String::new();
                    if let Some(span) = value(cell, &["w:tcPr", "w:gridSpan"]).filter(|span| *span != "1") {
                        let _ = write!(text, "<span {span}>");
                    }
                    text += match value(cell, &["w:tcPr", "w:vMerge"]) {
                        Some("restart") => "<down>",
                        Some(_) => "<up>",
                        None => "",
                    };
                    text += &self.content(&cell.children);
                    out.push(text);
                }
                "w:sdt" => {
                    let (start, end) = control(cell);
                    let mut inner = Vec::new();
                    if let Some(content) = child(cell, "w:sdtContent") {
                        self.cells(&content.children, &mut inner);
                    }
                    out.push(format!("{start}{}{end}", inner.join("] [")));
                }
                _ => {}
            }
        }
    }

    /// Paragraphs and tables of a cell, a text box or a note, on one line.
    fn content(&mut self, blocks: &[Element]) -> String {
        let outer = std::mem::replace(&mut self.cell, true);
        let mut pieces = Vec::new();
        let mut after_table = false;
        for (index, block) in blocks.iter().enumerate() {
            match block.name.as_str() {
                "w:p" => {
                    let text = self.paragraph(block);
                    // The paragraph that must follow a table in a cell.
                    if !(text.is_empty() && after_table && index + 1 == blocks.len()) {
                        pieces.push(if text.is_empty() { "∅".to_owned() } else { text });
                    }
                }
                "w:tbl" => {
                    let mut rows = Vec::new();
                    self.rows(&block.children, &mut rows);
                    pieces.push(rows.join(" / "));
                }
                "w:sdt" => {
                    let (start, end) = control(block);
                    let inner =
                        child(block, "w:sdtContent").map_or(String::new(), |content| self.content(&content.children));
                    pieces.push(format!("{start}{inner}{end}"));
                }
                _ => continue,
            }
            after_table = block.name == "w:tbl";
        }
        self.cell = outer;
        if pieces == ["∅"] {
            String::new()
        } else {
            pieces.join(" ; ")
        }
    }

    fn paragraph(&mut self, paragraph: &Element) -> String {
        let mut line = Line::default();
        let style = value(paragraph, &["w:pPr", "w:pStyle"]).unwrap_or_default();
        let label = self.lists.label(paragraph, style);
        self.inline(&paragraph.children, &mut line);
        line.mark("");
        let text = line.out.trim();
        match (
            style.strip_prefix("Heading").and_then(|level| level.parse().ok()),
            label,
        ) {
            (Some(level), _) => format!("{} {text}", "#".repeat(level)),
            (None, Some(label)) => format!("<list {label}>{text}"),
            (None, None) if !["", "Normal"].contains(&style) => format!("<style {style}>{text}"),
            _ => text.to_owned(),
        }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.replace('<', "\\<");
        if self.cell {
            text = text.replace('[', "\\[").replace(']', "\\]");
        }
        text
    }

    fn inline(&mut self, content: &[Element], line: &mut Line) {
        for item in content {
            match item.name.as_str() {
                "w:r" => {
                    let format = Format {
                        bold: is_on(item, &["w:rPr", "w:b"]),
                        italic: is_on(item, &["w:rPr", "w:i"]),
                        underline: is_on(item, &["w:rPr", "w:u"]),
                    };
                    self.run(item, format, line);
                }
                "w:hyperlink" => {
                    let target = match item.attribute("r:id") {
                        Some(id) => self.target(id),
                        None => format!("#{}", item.attribute("w:anchor").unwrap_or_default()),
                    };
                    self.around(&format!("<link {target}>"), item, "</link>", line);
                }
                "w:fldSimple" => {
                    let code = item.attribute("w:instr").unwrap_or_default().trim().to_owned();
                    self.around(&format!("<field {code}>"), item, "</field>", line);
                }
                "w:ins" | "w:del" => {
                    let name = &item.name[2..];
                    self.around(&format!("<{name}>"), item, &format!("</{name}>"), line);
                }
                "w:moveFrom" => self.around("<movefrom>", item, "</movefrom>", line),
                "w:moveTo" => self.around("<moveto>", item, "</moveto>", line),
                "w:sdt" => {
                    let (start, end) = control(item);
                    if let Some(content) = child(item, "w:sdtContent") {
                        self.around(&start, content, end, line);
                    }
                }
                "w:commentRangeStart" => {
                    let words = self.comment(item.attribute("w:id").unwrap_or_default());
                    line.mark(&format!("<comment {words}>"));
                }
                "w:commentRangeEnd" => line.mark("</comment>"),
                "w:smartTag" | "w:customXml" => self.inline(&item.children, line),
                _ => {}
            }
        }
    }

    fn around(&mut self, start: &str, item: &Element, end: &str, line: &mut Line) {
        line.mark(start);
        let begin = line.out.len();
        self.inline(&item.children, line);
        line.mark(end);
        // A tracked change of nothing shows nothing.
        if line.out.len() == begin + end.len() && ["<ins>", "<del>", "<movefrom>", "<moveto>"].contains(&start) {
            line.out.truncate(begin - start.len());
        }
    }

    fn comment(&self, id: &str) -> String {
        let comments = self.package.trees.get("word/comments.xml");
        let mut all = comments.iter().flat_map(|root| &root.children);
        all.find(|comment| comment.attribute("w:id") == Some(id))
            .map_or("?".to_owned(), |comment| comment.text().replace('>', "\\>"))
    }

    fn note(&mut self, kind: &str, id: &str) -> String {
        let name = format!("word/{kind}s.xml");
        let package = self.package;
        let mut all = package.trees.get(&name).into_iter().flat_map(|root| &root.children);
        let Some(note) = all.find(|note| note.attribute("w:id") == Some(id)) else {
            return "?".to_owned();
        };
        let part = std::mem::replace(&mut self.part, name);
        let text = self.content(&note.children);
        self.part = part;
        text
    }

    fn run(&mut self, run: &Element, format: Format, line: &mut Line) {
        for item in &run.children {
            match item.name.as_str() {
                "w:t" | "w:delText" if !item.own_text.is_empty() => {
                    line.format(format);
                    line.out += &self.text(&item.own_text);
                }
                "w:tab" => line.out += "<tab>",
                "w:noBreakHyphen" => line.out.push('-'),
                "w:br" if item.attribute("w:type") == Some("page") => line.mark("<page>"),
                "w:br" | "w:cr" => line.out += "<br>",
                "w:instrText" => {
                    if let Some((code, false)) = line.fields.last_mut() {
                        code.push_str(&item.own_text);
                    }
                }
                "w:fldChar" => match item.attribute("w:fldCharType") {
                    Some("begin") => line.fields.push((String::new(), false)),
                    Some("separate") => {
                        if let Some((code, begun)) = line.fields.last_mut() {
                            *begun = true;
                            let start = format!("<field {}>", code.trim());
                            line.mark(&start);
                        }
                    }
                    _ => match line.fields.pop() {
                        Some((_, true)) => line.mark("</field>"),
                        Some((code, false)) => line.mark(&format!("<field {}></field>", code.trim())),
                        None => line.mark("</field?>"),
                    },
                },
                "w:footnoteReference" | "w:endnoteReference" => {
                    let kind = item.name[2..].trim_end_matches("Reference").to_owned();
                    let text = self.note(&kind, item.attribute("w:id").unwrap_or_default());
                    line.mark(&format!("<{kind}>{text}</{kind}>"));
                }
                "w:drawing" => self.drawing(item, None, line),
                "mc:AlternateContent" => {
                    let fallback = child(item, "mc:Fallback");
                    if let Some(choice) = child(item, "mc:Choice") {
                        self.drawing(choice, fallback, line);
                    }
                }
                _ => {}
            }
        }
    }

    fn drawing(&mut self, drawing: &Element, twin: Option<&Element>, line: &mut Line) {
        let text = |reader: &mut Self, element: &Element| {
            element
                .all("w:txbxContent")
                .first()
                .map(|inner| reader.content(&inner.children))
        };
        let own = text(self, drawing);
        let other = twin.map_or_else(|| own.clone(), |twin| text(self, twin));
        if own.is_some() || other.is_some() {
            let (own, other) = (own.unwrap_or_default(), other.unwrap_or_default());
            let differs = if own == other {
                String::new()
            } else {
                format!("≠{other}")
            };
            return line.mark(&format!("<box>{own}</box{differs}>"));
        }
        let picture = drawing.all("pic:pic");
        let words = drawing
            .all("wp:docPr")
            .first()
            .and_then(|properties| properties.attribute("descr"));
        match (picture.is_empty(), drawing.all("wp:extent").first()) {
            (false, Some(size)) => {
                let side = |name: &str| {
                    size.attribute(name)
                        .and_then(|side| side.parse::<usize>().ok())
                        .unwrap_or(0)
                };
                let millimetres = |side: usize| (side + MILLIMETRE / 2) / MILLIMETRE;
                let (width, height) = (millimetres(side("cx")), millimetres(side("cy")));
                let words = words
                    .filter(|words| !words.is_empty())
                    .map_or(String::new(), |words| format!(" {}", words.replace('>', "\\>")));
                line.mark(&format!("<picture {width}x{height}{words}>"));
            }
            _ => line.mark("<line>"),
        }
    }
}

fn orientation(section: &Element) -> &str {
    child(section, "w:pgSz")
        .and_then(|size| size.attribute("w:orient"))
        .unwrap_or("portrait")
}

/// The beginning and end of a content control in the notation.
fn control(control: &Element) -> (String, &'static str) {
    let Some(properties) = child(control, "w:sdtPr") else {
        return ("<control>".to_owned(), "</control>");
    };
    if child(properties, "w15:repeatingSectionItem").is_some() {
        return ("<item>".to_owned(), "</item>");
    }
    let mut start = format!("<control {}", value(properties, &["w:tag"]).unwrap_or_default());
    if child(properties, "w15:repeatingSection").is_some() {
        start += " repeating";
    }
    if let Some(date) = child(properties, "w:date").and_then(|date| date.attribute("w:fullDate")) {
        let _ = write!(start, " {}", date.split('T').next().unwrap_or_default());
    }
    let checked = child(properties, "w14:checkbox").and_then(|check| child(check, "w14:checked"));
    if checked.is_some_and(|checked| checked.attribute("w14:val") == Some("1")) {
        start += " checked";
    }
    for (element, word) in [("w:showingPlcHdr", " placeholder"), ("w:dataBinding", " bound")] {
        start += if child(properties, element).is_some() { word } else { "" };
    }
    (start + ">", "</control>")
}

/// The lists of a document, counted as Word counts them.
#[derive(Default)]
struct Lists {
    /// Start, format and text of each level, by kind of list.
    kinds: BTreeMap<String, BTreeMap<usize, (u32, String, String)>>,
    /// Kind and starts that differ, by number of list.
    lists: BTreeMap<String, (String, BTreeMap<usize, u32>)>,
    styles: BTreeMap<String, (String, usize)>,
    counts: BTreeMap<String, BTreeMap<usize, u32>>,
    begun: Vec<String>,
}

impl Lists {
    fn of(package: &invariants::Package) -> Self {
        let mut lists = Self::default();
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok());
        let level = |element: &Element| number(element.attribute("w:ilvl")).unwrap_or(0);
        for entry in package
            .trees
            .get("word/numbering.xml")
            .into_iter()
            .flat_map(|root| &root.children)
        {
            if entry.name == "w:abstractNum" {
                let id = entry.attribute("w:abstractNumId").unwrap_or_default();
                let levels = entry
                    .children
                    .iter()
                    .filter(|child| child.name == "w:lvl")
                    .map(|inner| {
                        let text = |name: &str| value(inner, &[name]).unwrap_or_default().to_owned();
                        let start = number(value(inner, &["w:start"])).unwrap_or(1) as u32;
                        (level(inner), (start, text("w:numFmt"), text("w:lvlText")))
                    });
                lists.kinds.insert(id.to_owned(), levels.collect());
            } else if entry.name == "w:num" {
                let kind = value(entry, &["w:abstractNumId"]).unwrap_or_default().to_owned();
                let starts = entry.children.iter().filter(|child| child.name == "w:lvlOverride");
                let starts =
                    starts.filter_map(|inner| Some((level(inner), number(value(inner, &["w:startOverride"]))? as u32)));
                let id = entry.attribute("w:numId").unwrap_or_default().to_owned();
                lists.lists.insert(id, (kind, starts.collect()));
            }
        }
        for style in package
            .trees
            .get("word/styles.xml")
            .into_iter()
            .flat_map(|root| &root.children)
        {
            if let Some(list) = value(style, &["w:pPr", "w:numPr", "w:numId"]) {
                let level = number(value(style, &["w:pPr", "w:numPr", "w:ilvl"])).unwrap_or(0);
                let id = style.attribute("w:styleId").unwrap_or_default().to_owned();
                lists.styles.insert(id, (list.to_owned(), level));
            }
        }
        lists
    }

    /// What Word prints before a list item; counts it.
    fn label(&mut self, paragraph: &Element, style: &str) -> Option<String> {
        let own = value(paragraph, &["w:pPr", "w:numPr", "w:numId"]).map(|list| {
            let level = value(paragraph, &["w:pPr", "w:numPr", "w:ilvl"]).and_then(|level| level.parse().ok());
            (list.to_owned(), level.unwrap_or(0))
        });
        let (list, level) = own.or_else(|| self.styles.get(style).cloned())?;
        if list == "0" {
            return None;
        }
        let Some((kind, starts)) = self.lists.get(&list) else {
            return Some("?".to_owned());
        };
        let levels = self.kinds.get(kind)?;
        let counts = self.counts.entry(kind.clone()).or_default();
        if !self.begun.contains(&list) {
            self.begun.push(list.clone());
            if !starts.is_empty() {
                counts.retain(|level, _| !starts.contains_key(level));
            }
        }
        let start = |level: usize| {
            let own = levels.get(&level).map_or(1, |(start, _, _)| *start);
            starts.get(&level).copied().unwrap_or(own)
        };
        let next = counts.get(&level).map_or(start(level), |count| count + 1);
        counts.insert(level, next);
        counts.retain(|other, _| *other <= level);
        let (_, format, text) = levels.get(&level)?;
        if format == "bullet" {
            return Some(text.clone());
        }
        let mut label = text.clone();
        for other in 0..9 {
            let count = counts.get(&other).copied().unwrap_or_else(|| start(other));
            label = label.replace(&format!("%{}", other + 1), &count.to_string());
        }
        Some(label)
    }
}
