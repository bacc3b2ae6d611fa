//! `content.xml`: sheets, rows and cells (OpenDocument 1.3 part 3, chapter 9), event by event.

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::style::{CellStyle, Gathering, Styles};
use super::value::Value;
use crate::diagnostic::CellRef;
use crate::opc::attribute;
use crate::value::{Format, Raw};
use crate::workbook::properties::text_of;
use crate::workbook::rows::{Budget, Rows, hide};
use crate::workbook::runs::{Look, Runs};
use crate::workbook::{Cell, Charsets, Error, LAST_COLUMN, LAST_ROW, Limit, Limits, Sheet};

/// Elements whose content is no content of a sheet or a cell: notes, shapes with their text boxes, tables within cells,
/// former content that is kept for "track changes", how a text is spoken.
const SKIPPED: [&str; 34] = [
    "annotation",
    "annotation-end",
    "caption",
    "cell-range-source",
    "chart",
    "circle",
    "connector",
    "consolidation",
    "content-validations",
    "control",
    "custom-shape",
    "database-ranges",
    "dde-links",
    "detective",
    "ellipse",
    "event-listeners",
    "forms",
    "frame",
    "g",
    "line",
    "measure",
    "named-expressions",
    "note",
    "path",
    "polygon",
    "polyline",
    "rect",
    "regular-polygon",
    "ruby-text",
    "scene",
    "shapes",
    "table",
    "table-source",
    "tracked-changes",
];

/// What a part is read into.
pub(super) struct Content<'a> {
    gathering: Gathering,
    styles: Styles,
    limits: &'a Limits,
    budget: Budget<'a>,
    sheets: Vec<Sheet>,
    table: Option<Table>,
    /// How deep within a skipped element.
    skipped: u64,
    in_body: bool,
}

/// A sheet while its element is open.
#[derive(Default)]
struct Table {
    sheet: Sheet,
    /// A sheet of another file, kept for the references to it.
    external: bool,
    rows: Rows,
    /// The last column of each stretch of columns, and the style of its cells.
    columns: Vec<(u32, CellStyle)>,
    next_column: u32,
    next_row: u32,
    hidden_rows: Vec<(u32, u32)>,
    line: Option<Line>,
}

/// A row while its element is open.
#[derive(Default)]
struct Line {
    repeat: u32,
    hidden: bool,
    style: Option<CellStyle>,
    next_column: u32,
    stretches: Vec<Stretch>,
    /// Merged cells: their column, further columns and further rows.
    spans: Vec<(u32, u32, u32)>,
    open: Option<Open>,
}

/// Cells side by side with the same content.
#[derive(Clone)]
struct Stretch {
    repeat: u32,
    cell: Cell,
    formats: Box<[Format]>,
    charsets: Charsets,
}

/// A cell while its element is open.
struct Open {
    repeat: u32,
    style: CellStyle,
    value: Value,
    text: Runs,
    paragraphs: usize,
    in_paragraph: bool,
    /// The looks of the open spans.
    looks: Vec<Look>,
    /// Whether a line end of the XML that follows is one blank too many.
    after_blank: bool,
}

impl Open {
    fn look(&self) -> Look {
        self.looks.last().copied().unwrap_or(self.style.look)
    }

    fn push(&mut self, text: &str, budget: &Budget<'_>) -> Result<(), Error> {
        self.after_blank = false;
        let look = self.look();
        self.text.push(text, look, budget)
    }

    /// Adds what stands between elements. The standard makes one blank of several (6.1.2), but LibreOffice writes and reads
    /// them as they are, so only line ends and tabs, which nobody writes but to lay out the XML, are joined with what they
    /// follow.
    fn push_between(&mut self, text: &str, budget: &Budget<'_>) -> Result<(), Error> {
        let mut joined = String::with_capacity(text.len());
        for character in text.chars() {
            let layout = matches!(character, '\t' | '\r' | '\n');
            if !layout {
                joined.push(character);
            } else if !self.after_blank {
                joined.push(' ');
            }
            self.after_blank = layout || character == ' ';
        }
        let look = self.look();
        self.text.push(&joined, look, budget)
    }

    fn start(&mut self, element: &BytesStart<'_>, styles: &Styles, budget: &Budget<'_>) -> Result<(), Error> {
        match element.local_name().as_ref() {
            "p" | "h" => {
                if self.paragraphs > 0 {
                    self.push("\n", budget)?;
                }
                self.paragraphs += 1;
                self.in_paragraph = true;
                self.after_blank = true;
            }
            "span" => {
                let style = attribute(element, "style-name").map(|name| styles.text(&name));
                self.looks.push(style.unwrap_or_default().over(self.look()));
            }
            _ if !self.in_paragraph => {}
            "s" => {
                let count = attribute(element, "c")
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(1);
                budget.fits(count)?;
                self.push(&" ".repeat(count), budget)?;
            }
            "tab" => self.push("\t", budget)?,
            "line-break" => self.push("\n", budget)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => {
                self.in_paragraph = false;
                self.looks.clear();
            }
            "span" => drop(self.looks.pop()),
            _ => {}
        }
    }
}

impl<'a> Content<'a> {
    pub fn new(gathering: Gathering, limits: &'a Limits) -> Self {
        Self {
            gathering,
            styles: Styles::default(),
            limits,
            budget: Budget::new(limits),
            sheets: Vec::new(),
            table: None,
            skipped: 0,
            in_body: false,
        }
    }

    /// The sheets. Errors: no sheet at all is no workbook.
    pub fn finish(self) -> Result<Vec<Sheet>, Error> {
        if !self.in_body {
            return Err(Error::Damaged("content.xml".to_owned()));
        }
        Ok(self.sheets)
    }

    /// Takes in an event; empty elements come as a start and an end.
    pub fn take(&mut self, event: &Event<'_>) -> Result<(), Error> {
        match event {
            Event::Start(_) if self.skipped > 0 => self.skipped += 1,
            Event::End(_) if self.skipped > 0 => self.skipped -= 1,
            _ if self.skipped > 0 => {}
            Event::Start(element) if element.local_name().as_ref() == "body" => {
                self.in_body = true;
                self.styles = std::mem::take(&mut self.gathering).finish();
            }
            _ if !self.in_body => self.gathering.take(event),
            Event::Start(element) => self.start(element)?,
            Event::End(element) => self.end(element.local_name().as_ref())?,
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => self.text(event)?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let line = self.table.as_mut().and_then(|table| table.line.as_mut());
        let Some(open) = line
            .and_then(|line| line.open.as_mut())
            .filter(|open| open.in_paragraph)
        else {
            return Ok(());
        };
        // An entity that nothing defines.
        let text = text_of(event).ok_or_else(|| Error::Damaged("content.xml".to_owned()))?;
        open.push_between(&text, &self.budget)
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Error> {
        let name = element.local_name();
        let Some(table) = &mut self.table else {
            match name.as_ref() {
                "table" => return self.open_table(element),
                name if SKIPPED.contains(&name) => self.skipped = 1,
                _ => {}
            }
            return Ok(());
        };
        if SKIPPED.contains(&name.as_ref()) {
            self.skipped = 1;
            return Ok(());
        }
        let Some(line) = &mut table.line else {
            match name.as_ref() {
                "table-column" => table.columns(element, &self.styles)?,
                "table-row" => {
                    table.line = Some(Line {
                        repeat: repeat(attribute(element, "number-rows-repeated").as_deref())?,
                        hidden: is_hidden(element),
                        style: attribute(element, "default-cell-style-name").map(|name| self.styles.cell(&name)),
                        ..Line::default()
                    });
                }
                _ => {}
            }
            return Ok(());
        };
        match (&mut line.open, name.as_ref()) {
            (Some(open), _) => open.start(element, &self.styles, &self.budget),
            (None, "table-cell" | "covered-table-cell") => line.open(element, &table.columns, &self.styles),
            _ => Ok(()),
        }
    }

    fn open_table(&mut self, element: &BytesStart<'_>) -> Result<(), Error> {
        let name = attribute(element, "name").unwrap_or_default();
        // `'file:///C:/a.ods'#Sheet1`: no sheet of a workbook can be named like that.
        let external = name.starts_with("'file:") && name.contains("'#");
        if self.sheets.len() >= self.limits.sheets && !external {
            return Err(Error::TooLarge(Limit::Sheets(self.limits.sheets)));
        }
        if self.sheets.iter().any(|sheet| sheet.name == name) {
            return Err(Error::Damaged(name));
        }
        self.table = Some(Table {
            sheet: Sheet {
                name,
                hidden: attribute(element, "style-name").is_some_and(|style| self.styles.hides(&style)),
                ..Sheet::default()
            },
            external,
            ..Table::default()
        });
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Error> {
        let Some(table) = &mut self.table else { return Ok(()) };
        match name {
            "table" => {
                let table = self.table.take().unwrap_or_default();
                if !table.external {
                    self.sheets.push(table.finish());
                }
            }
            "table-row" => {
                let line = table.line.take().unwrap_or_default();
                if !table.external {
                    table.add(line, &mut self.budget, self.limits)?;
                }
            }
            name => {
                let Some(line) = &mut table.line else { return Ok(()) };
                if matches!(name, "table-cell" | "covered-table-cell") {
                    line.close(&mut self.budget)?;
                } else if let Some(open) = &mut line.open {
                    open.end(name);
                }
            }
        }
        Ok(())
    }
}

impl Table {
    fn columns(&mut self, element: &BytesStart<'_>, styles: &Styles) -> Result<(), Error> {
        let repeat = repeat(attribute(element, "number-columns-repeated").as_deref())?;
        let first = self.next_column;
        self.next_column = first.saturating_add(repeat);
        let last = self.next_column - 1;
        if first > LAST_COLUMN {
            return Ok(());
        }
        if is_hidden(element) {
            self.sheet.hidden_columns.push((first, last.min(LAST_COLUMN)));
        }
        let style = attribute(element, "default-cell-style-name").map(|name| styles.cell(&name));
        self.columns.push((last, style.unwrap_or(styles.default)));
        Ok(())
    }

    /// Writes a row out, as often as the file says. The limits are asked before anything is copied.
    fn add(&mut self, line: Line, budget: &mut Budget<'_>, limits: &Limits) -> Result<(), Error> {
        let first = self.next_row;
        self.next_row = first.saturating_add(line.repeat);
        let last = self.next_row - 1;
        if line.stretches.is_empty() && (line.spans.is_empty() || line.repeat > 1) {
            return Ok(());
        }
        let times = line.repeat as usize;
        if !line.stretches.is_empty() {
            self.rows.expect(times, limits)?;
        }
        for stretch in &line.stretches {
            let copies = times.saturating_mul(stretch.repeat as usize);
            budget.take_times(&stretch.cell.raw, copies)?;
            budget.take_runs(copies.saturating_mul(stretch.formats.len() + stretch.charsets.len()))?;
            let end = stretch.cell.column.saturating_add(stretch.repeat - 1);
            if last > LAST_ROW || end > LAST_COLUMN {
                return Err(Error::Damaged(self.sheet.name.clone()));
            }
        }
        if self
            .sheet
            .merged
            .len()
            .saturating_add(line.spans.len().saturating_mul(times))
            > limits.merged
        {
            return Err(Error::TooLarge(Limit::Merged(limits.merged)));
        }
        for row in first..=last {
            for &(column, columns, rows) in &line.spans {
                let end = CellRef::new(
                    row.saturating_add(rows).min(LAST_ROW),
                    column.saturating_add(columns).min(LAST_COLUMN),
                );
                self.sheet.merged.push((CellRef::new(row, column), end));
            }
            if row < last {
                self.write(row, line.stretches.clone(), limits)?;
            }
        }
        if line.hidden {
            self.hidden_rows.push((first, last));
        }
        self.write(last, line.stretches, limits)
    }

    fn write(&mut self, row: u32, stretches: Vec<Stretch>, limits: &Limits) -> Result<(), Error> {
        for mut stretch in stretches {
            for _ in 1..stretch.repeat {
                let column = stretch.cell.column;
                self.write_cell(row, stretch.clone(), limits)?;
                stretch.cell.column = column + 1;
            }
            self.write_cell(row, stretch, limits)?;
        }
        Ok(())
    }

    fn write_cell(&mut self, row: u32, stretch: Stretch, limits: &Limits) -> Result<(), Error> {
        let at = CellRef::new(row, stretch.cell.column);
        if !stretch.formats.is_empty() {
            self.sheet.formats.push((at, stretch.formats));
        }
        if !stretch.charsets.is_empty() {
            self.sheet.charsets.push((at, stretch.charsets));
        }
        self.rows.push(row, stretch.cell, limits)
    }

    fn finish(self) -> Sheet {
        let mut sheet = self.sheet;
        sheet.rows = self.rows.finish();
        hide(&mut sheet.rows, self.hidden_rows);
        sheet
    }
}

impl Line {
    fn open(&mut self, element: &BytesStart<'_>, columns: &[(u32, CellStyle)], styles: &Styles) -> Result<(), Error> {
        let mut value = Value::default();
        let mut count = 1;
        let (mut further_columns, mut further_rows) = (0, 0);
        let mut style = None;
        // Looked through once, since two attributes share a local name.
        for attribute in element.attributes().with_checks(false).flatten() {
            let text = unescape(&attribute.value).map_err(|error| Error::Damaged(format!("content.xml: {error}")))?;
            match attribute.key.as_ref() {
                "table:number-columns-repeated" => count = repeat(Some(&text))?,
                "table:number-columns-spanned" => further_columns = repeat(Some(&text))? - 1,
                "table:number-rows-spanned" => further_rows = repeat(Some(&text))? - 1,
                "table:style-name" => style = Some(styles.cell(&text)),
                key => value.set(key, &text),
            }
        }
        if further_columns > 0 || further_rows > 0 {
            self.spans.push((self.next_column, further_columns, further_rows));
        }
        let column = columns.partition_point(|(last, _)| *last < self.next_column);
        let inherited = || columns.get(column).map_or(styles.default, |(_, style)| *style);
        self.open = Some(Open {
            repeat: count,
            style: style.or(self.style).unwrap_or_else(inherited),
            value,
            text: Runs::default(),
            paragraphs: 0,
            in_paragraph: false,
            looks: Vec::new(),
            after_blank: true,
        });
        Ok(())
    }

    fn close(&mut self, budget: &mut Budget<'_>) -> Result<(), Error> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let column = self.next_column;
        self.next_column = column.saturating_add(open.repeat);
        let mut styled = open.text.finish(open.style.look, budget)?;
        let Some((raw, formula)) = open.value.finish(&styled.text, open.style.percent, budget)? else {
            return Ok(());
        };
        if !matches!(&raw, Raw::Text(text) if *text == styled.text) {
            styled.formats = Box::default();
            styled.charsets = Box::default();
        }
        self.stretches.push(Stretch {
            repeat: open.repeat,
            cell: Cell {
                column,
                raw,
                formula,
                charset: styled.charset,
            },
            formats: styled.formats,
            charsets: styled.charsets,
        });
        Ok(())
    }
}

/// How often something is to be repeated.
fn repeat(text: Option<&str>) -> Result<u32, Error> {
    let Some(text) = text else { return Ok(1) };
    let number = text.trim().parse::<u128>();
    let number = number.map_err(|_| Error::Damaged(format!("content.xml: {text}")))?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX).max(1))
}

/// Whether a row or column is hidden or filtered out.
fn is_hidden(element: &BytesStart<'_>) -> bool {
    attribute(element, "visibility").is_some_and(|visibility| visibility != "visible")
}
