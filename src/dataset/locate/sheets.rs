//! Finds each schema sheet's tab: by the user's mapping, by its name, else by its labels.

use super::ask::{self, Candidate, likest};
use super::labels::Labels;
use super::site::{Site, Texts, Window, divide};
use super::tab_name::TabName;
use crate::dataset::findings::Findings;
use crate::diagnostic::{CellRef, Diagnostic, Place};
use crate::schema::{Layout, Schema, Sheet};
use crate::text;
use crate::vietnamese::fold;
use crate::workbook::{self, Workbook};

/// The instruction sheet that `blank` writes.
const INSTRUCTIONS: &str = "huong dan";
/// A tab that has so much less of a sheet's labels than the best is out of the question, in percent.
const CLEAR_LEAD: u8 = 25;
/// Least share of labels, in percent, that makes a tab a candidate for a sheet that isn't found.
const SOME_LABELS: u8 = 40;

/// Where a schema sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dataset) struct Found {
    /// The index of the tab.
    pub tab: usize,
    /// The part of the tab that is this sheet's.
    pub window: Window,
}

/// The place of each schema sheet. `mapped` are tabs, folded, that the user's mapping gives to schema sheets.
pub(in crate::dataset) fn sheets(
    schema: &Schema,
    workbook: &Workbook,
    mapped: &[(String, usize)],
    findings: &mut Findings,
) -> Vec<Option<Found>> {
    let mut search = Search::new(schema, workbook);
    search.by_mapping(mapped);
    search.by_name(findings);
    search.by_labels(findings);
    let misspelt = search.report_missing(findings);
    search.report_unknown(&misspelt, findings);
    search.places()
}

struct Search<'a> {
    schema: &'a Schema,
    workbook: &'a Workbook,
    /// The tab of each schema sheet.
    tabs: Vec<Option<usize>>,
    /// Tabs that the name or the mapping gives to a sheet, second ones included.
    taken: Vec<bool>,
    /// Read when a sheet is not found by its name.
    texts: Vec<Option<Texts>>,
}

impl<'a> Search<'a> {
    fn new(schema: &'a Schema, workbook: &'a Workbook) -> Self {
        Self {
            schema,
            workbook,
            tabs: vec![None; schema.sheets.len()],
            taken: vec![false; workbook.sheets.len()],
            texts: workbook.sheets.iter().map(|_| None).collect(),
        }
    }

    fn tab(&self, index: usize) -> Option<&'a workbook::Sheet> {
        self.workbook.sheets.get(index)
    }

    fn name(&self, tab: usize) -> &'a str {
        self.tab(tab).map_or("", |tab| tab.name.as_str())
    }

    fn give(&mut self, sheet: usize, tab: usize) {
        if let Some(slot) = self.tabs.get_mut(sheet) {
            *slot = Some(tab);
        }
        self.take(tab);
    }

    fn take(&mut self, tab: usize) {
        if let Some(taken) = self.taken.get_mut(tab) {
            *taken = true;
        }
    }

    fn is_missing(&self, sheet: usize) -> bool {
        self.tabs.get(sheet).is_some_and(Option::is_none)
    }

    /// The schema sheets that have no tab yet.
    fn missing(&self) -> Vec<(usize, &'a Sheet)> {
        let sheets = self.schema.sheets.iter().enumerate();
        sheets.filter(|(index, _)| self.is_missing(*index)).collect()
    }

    fn by_mapping(&mut self, mapped: &[(String, usize)]) {
        for (name, sheet) in mapped {
            let tab = self.workbook.sheets.iter().position(|tab| fold(&tab.name) == *name);
            if let Some(tab) = tab.filter(|_| self.is_missing(*sheet)) {
                self.give(*sheet, tab);
            }
        }
    }

    /// Gives each sheet the tab whose name is closest: those as written first, of all sheets.
    fn by_name(&mut self, findings: &mut Findings) {
        let names: Vec<TabName> = self
            .workbook
            .sheets
            .iter()
            .map(|tab| TabName::of_tab(&tab.name))
            .collect();
        let wanted: Vec<Vec<TabName>> = self
            .schema
            .sheets
            .iter()
            .map(|declared| wanted_names(declared).into_iter().map(TabName::wanted).collect())
            .collect();
        let is_named = |tab: usize, sheet: usize, closeness: u8| {
            let (Some(name), Some(wanted)) = (names.get(tab), wanted.get(sheet)) else {
                return false;
            };
            wanted.iter().any(|wanted| name.closeness(wanted) == Some(closeness))
        };
        for closeness in 0..=2 {
            for (sheet, declared) in self.missing() {
                let matches: Vec<usize> = (0..names.len())
                    .filter(|tab| !self.taken.get(*tab).copied().unwrap_or(true))
                    .filter(|tab| is_named(*tab, sheet, closeness))
                    // What is no name as written may be meant for another sheet as well.
                    .filter(|tab| {
                        let mut others = self.missing().into_iter().filter(|(other, _)| *other != sheet);
                        closeness == 0 || !others.any(|(other, _)| is_named(*tab, other, closeness))
                    })
                    .collect();
                let Some(first) = matches.first() else { continue };
                self.give(sheet, *first);
                for tab in &matches {
                    self.take(*tab);
                }
                self.report_found(declared, &matches, findings);
            }
        }
    }

    fn report_found(&self, declared: &Sheet, matches: &[usize], findings: &mut Findings) {
        let Some(first) = matches.first() else { return };
        let first_name = self.name(*first);
        for name in matches.iter().skip(1).map(|tab| self.name(*tab)) {
            let wanted = &declared.name;
            findings.push(
                Diagnostic::error(
                    "trang-tinh/trung",
                    Place::Sheet(name.to_owned()),
                    text!(
                        "cần một trang tính «{wanted}», có hai: «{first_name}» và «{name}»",
                        "one sheet «{wanted}» is needed, there are two: «{first_name}» and «{name}»"
                    ),
                )
                .hint(text!(
                    "xóa hoặc đổi tên trang không dùng",
                    "delete or rename the one not in use"
                )),
            );
        }
        if self.tab(*first).is_some_and(|tab| tab.hidden) {
            findings.push(
                Diagnostic::warning(
                    "trang-tinh/an",
                    Place::Sheet(first_name.to_owned()),
                    text!(
                        "trang tính «{first_name}» đang ẩn nhưng số liệu của nó được dùng",
                        "sheet «{first_name}» is hidden, yet its data is used"
                    ),
                )
                .hint(text!(
                    "bấm chuột phải vào tên trang bất kỳ, chọn Bỏ ẩn, rồi kiểm tra số liệu",
                    "right-click any tab, choose Unhide, and check the data"
                )),
            );
        }
    }

    /// Tabs that may hold a sheet under another name: not hidden, nor the instructions.
    fn searched(&self) -> impl Iterator<Item = usize> + use<'a> {
        let tabs = self.workbook.sheets.iter().enumerate();
        let open = tabs.filter(|(_, tab)| !tab.hidden && !tab.name.starts_with('_') && fold(&tab.name) != INSTRUCTIONS);
        open.map(|(index, _)| index)
    }

    fn site(&mut self, declared: &Sheet, labels: &Labels, tab: usize) -> Option<Site> {
        let sheet = self.tab(tab)?;
        let texts = self.texts.get_mut(tab)?.get_or_insert_with(|| Texts::new(sheet));
        Site::find(declared, labels, texts)
    }

    /// Every tab with labels of a sheet, the one with the most first.
    fn sites(&mut self, declared: &Sheet) -> Vec<(usize, Site)> {
        let labels = Labels::new(declared);
        let mut sites = Vec::new();
        for tab in self.searched() {
            sites.extend(self.site(declared, &labels, tab).map(|site| (tab, site)));
        }
        sites.sort_by_key(|(_, site)| std::cmp::Reverse((site.is_complete, site.share)));
        sites
    }

    /// Gives sheets that have no tab of their name the place where their labels stand, when there is one such place only.
    fn by_labels(&mut self, findings: &mut Findings) {
        let mut wishes: Vec<(usize, usize, Site)> = Vec::new();
        for (sheet, declared) in self.missing() {
            // A list has one label, and that is any word.
            if declared.layout == Layout::List {
                continue;
            }
            let mut sites = self.sites(declared).into_iter();
            let Some((tab, site)) = sites.next().filter(|(_, site)| site.is_convincing()) else {
                continue;
            };
            let is_alone = sites.all(|(_, other)| !other.is_complete || other.share + CLEAR_LEAD <= site.share);
            if is_alone {
                wishes.push((sheet, tab, site));
            }
        }
        // What already stands there, by its tab's name, is in its own place.
        let mut owners: Vec<(usize, usize, Site)> = Vec::new();
        for (sheet, declared) in self.schema.sheets.iter().enumerate() {
            let Some(tab) = self.tabs.get(sheet).copied().flatten() else {
                continue;
            };
            if wishes.iter().any(|(_, wished, _)| *wished == tab) {
                let site = self.site(declared, &Labels::new(declared), tab);
                owners.extend(site.map(|site| (sheet, tab, site)));
            }
        }
        let mut given: Vec<&(usize, usize, Site)> = Vec::new();
        for wish in &wishes {
            let (sheet, tab, site) = wish;
            let others = || {
                owners
                    .iter()
                    .chain(&wishes)
                    .filter(|(other, at, _)| other != sheet && at == tab)
            };
            let Some(cells) = self.tab(*tab) else { continue };
            if others().any(|(.., above)| site.hangs_on(above, cells)) {
                continue;
            }
            let mut near = others().filter(|(.., rival)| rival.overlaps(site));
            // Of two that want one place, that which clearly has more of it.
            let is_free = near.all(|(other, _, rival)| {
                self.is_missing(*other) && rival.fields < site.fields && rival.share + CLEAR_LEAD <= site.share
            });
            let is_owned = self.taken.get(*tab).copied().unwrap_or(true);
            let can_divide = !is_owned || owners.iter().any(|(_, at, _)| at == tab);
            if is_free && can_divide {
                given.push(wish);
            }
        }
        for (sheet, tab, site) in given {
            self.give(*sheet, *tab);
            self.report_by_labels(*sheet, *tab, site, findings);
        }
    }

    fn report_by_labels(&self, sheet: usize, tab: usize, site: &Site, findings: &mut Findings) {
        let Some(declared) = self.schema.sheets.get(sheet) else {
            return;
        };
        let (wanted, id, name, row) = (&declared.name, &declared.id, self.name(tab), site.rows.0 + 1);
        let place = Place::Cell(name.to_owned(), CellRef::new(site.rows.0, site.columns.0));
        findings.push(
            Diagnostic::warning(
                "trang-tinh/nhan-theo-tieu-de",
                place,
                text!(
                    "không có trang tính «{wanted}»; số liệu được lấy ở trang «{name}» từ dòng {row}, nơi có các nhãn của nó",
                    "there is no sheet «{wanted}»; its data is taken from sheet «{name}», row {row} on, where its labels stand"
                ),
            )
            .hint(text!(
                "nếu đúng thì đổi tên trang thành «{wanted}», hoặc thêm --map \"{name}={id}\"",
                "if that is right, rename the sheet to «{wanted}», or add --map \"{name}={id}\""
            )),
        );
    }

    /// Tells which sheets are missing; returns the tabs that they may be.
    fn report_missing(&mut self, findings: &mut Findings) -> Vec<usize> {
        let mut asked: Vec<usize> = Vec::new();
        for (_, declared) in self.missing() {
            let candidates = self.candidates(declared, &asked);
            if let Some(finding) = ask::tab(declared, &candidates) {
                asked.extend(candidates.iter().map(|candidate| candidate.at));
                findings.push(finding);
            } else if declared.required {
                let wanted = &declared.name;
                findings.push(
                    Diagnostic::error(
                        "trang-tinh/thieu",
                        Place::File,
                        text!("thiếu trang tính «{wanted}»", "sheet «{wanted}» is missing"),
                    )
                    .hint(text!(
                        "chép trang «{wanted}» từ sổ tính trống của mẫu rồi điền",
                        "copy sheet «{wanted}» from the pack's blank workbook and fill it in"
                    )),
                );
            }
        }
        asked
    }

    /// The tabs that may be a missing sheet: by their names, else by their labels.
    fn candidates(&mut self, declared: &Sheet, asked: &[usize]) -> Vec<Candidate<usize>> {
        let is_free =
            |search: &Self, tab: usize| !search.taken.get(tab).copied().unwrap_or(true) && !asked.contains(&tab);
        let tabs = self.workbook.sheets.iter().enumerate();
        let free = tabs.filter(|(tab, _)| is_free(self, *tab));
        let free = free.map(|(tab, sheet)| (tab, sheet.name.as_str()));
        let by_name = likest(&wanted_names(declared), free, declared.required);
        if !by_name.is_empty() || declared.layout == Layout::List {
            return by_name;
        }
        let mut sites = self.sites(declared);
        // What is optional may well be absent: a few words in common with another tab are chance.
        sites.retain(|(tab, site)| {
            let is_likely = declared.required && site.fields >= 2 && site.share >= SOME_LABELS;
            is_free(self, *tab) && (is_likely || site.is_convincing())
        });
        sites.truncate(ask::NAMED);
        let sites = sites.into_iter();
        sites
            .map(|(tab, site)| ask::by_labels(tab, self.name(tab), site.share))
            .collect()
    }

    /// Warns of tabs with content that belong to no sheet.
    fn report_unknown(&self, misspelt: &[usize], findings: &mut Findings) {
        for (index, sheet) in self.workbook.sheets.iter().enumerate() {
            let taken = self.taken.get(index).copied().unwrap_or_default();
            let known = taken || misspelt.contains(&index) || fold(&sheet.name) == INSTRUCTIONS;
            let has_content = || {
                sheet
                    .rows
                    .iter()
                    .any(|row| row.cells.iter().any(|cell| !cell.is_blank()))
            };
            if known || sheet.hidden && sheet.name.starts_with('_') || !has_content() {
                continue;
            }
            let name = &sheet.name;
            findings.push(
                Diagnostic::warning(
                    "trang-tinh/la",
                    Place::Sheet(name.clone()),
                    text!(
                        "mẫu không có trang tính «{name}»; nội dung của nó không được dùng",
                        "the pack knows no sheet «{name}»; its content is not used"
                    ),
                )
                .hint(text!(
                    "xóa trang này, hoặc chép số liệu sang trang đúng của mẫu",
                    "delete the sheet, or copy its data to the pack's sheet"
                )),
            );
        }
    }

    /// Where each sheet is, tabs of several divided among them.
    fn places(mut self) -> Vec<Option<Found>> {
        let whole = |tab| Found {
            tab,
            window: Window::WHOLE,
        };
        let mut places: Vec<Option<Found>> = self.tabs.iter().map(|tab| tab.map(whole)).collect();
        for (index, tab) in self.workbook.sheets.iter().enumerate() {
            let tabs = self.tabs.iter().enumerate();
            let sharing: Vec<usize> = tabs
                .filter(|(_, own)| **own == Some(index))
                .map(|(sheet, _)| sheet)
                .collect();
            if sharing.len() < 2 {
                continue;
            }
            let mut sites = Vec::new();
            for sheet in sharing {
                let declared = self.schema.sheets.get(sheet);
                let site = declared.and_then(|declared| self.site(declared, &Labels::new(declared), index));
                sites.extend(site.map(|site| (sheet, site)));
            }
            let (sheets, sites): (Vec<usize>, Vec<Site>) = sites.into_iter().unzip();
            for (sheet, window) in sheets.into_iter().zip(divide(&sites, tab)) {
                if let Some(Some(place)) = places.get_mut(sheet) {
                    place.window = window;
                }
            }
        }
        places
    }
}

fn wanted_names(declared: &Sheet) -> Vec<&str> {
    std::iter::once(&declared.name)
        .chain(&declared.aliases)
        .map(String::as_str)
        .collect()
}

/// Whether a text stands on one of the first rows of a tab's window: what the user's mapping names.
pub(in crate::dataset) fn holds_text(sheet: &workbook::Sheet, key: &str) -> bool {
    Texts::new(sheet).has(key)
}
