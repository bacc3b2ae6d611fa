//! What filling a template adds to the package besides the text of its parts: ids, list numbers, relationships, pictures.
//!
//! One [`Additions`] goes through all parts of a document. Ids are given in the order in which they are asked for, so the
//! same data give the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::part::{SpotKind, Tree};
use crate::opc::{self, Points};

/// Ids that a package has already.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    numbers: HashMap<Series, BTreeSet<u32>>,
    names: BTreeSet<String>,
    /// Numbers of lists, and the list that each is an instance of.
    pub lists: BTreeMap<String, ListInstance>,
    /// Names of parts, in lower case.
    pub parts: BTreeSet<String>,
    /// Ids of relationships of parts that may get more of them.
    pub relationships: BTreeSet<(String, String)>,
}

/// A `w:num`: an instance of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListInstance {
    /// `w:abstractNumId`
    pub list: String,
    /// Where each level of the list starts to count: level and number.
    pub starts: Vec<(u32, u32)>,
    /// Whether it counts by itself: instances of one list count on where the last of them ended.
    pub is_own: bool,
}

/// Kinds of ids that must differ among each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Series {
    Bookmark,
    Drawing,
    Control,
    Shape,
    Revision,
}

fn series(kind: SpotKind) -> Option<Series> {
    Some(match kind {
        SpotKind::BookmarkStart | SpotKind::BookmarkEnd => Series::Bookmark,
        SpotKind::Drawing => Series::Drawing,
        SpotKind::Control => Series::Control,
        SpotKind::Shape => Series::Shape,
        SpotKind::Revision => Series::Revision,
        _ => return None,
    })
}

impl Taken {
    /// Notes the ids of a part.
    pub fn note(&mut self, source: &str, tree: &Tree) {
        for spot in &tree.spots {
            let value = &source[spot.range.clone()];
            if spot.kind == SpotKind::BookmarkName {
                self.names.insert(value.to_lowercase());
            } else if let Some(series) = series(spot.kind) {
                let digits = value.rsplit(|character: char| !character.is_ascii_digit()).next();
                let number: Option<u32> = digits.and_then(|digits| digits.parse().ok());
                self.numbers.entry(series).or_default().extend(number);
            }
        }
    }
}

/// What is added while a document is made.
#[derive(Debug, Default)]
pub struct Additions {
    taken: Taken,
    next: HashMap<Series, u32>,
    /// Places in parts that were written before: they get new ids.
    seen: BTreeSet<(usize, usize)>,
    /// The id that stands now for one of the source, for the end of a bookmark.
    current: HashMap<(Series, String), u32>,
    /// Numbers of lists in use: those of the template to those of the document.
    lists: HashMap<String, String>,
    /// Lists that were used since they last began.
    used: BTreeSet<String>,
    /// New instances of lists, in order: number and list.
    pub instances: Vec<(u32, ListInstance)>,
    next_instance: u32,
    relationships: BTreeMap<String, Vec<(String, String)>>,
    known: HashMap<(String, String), String>,
    /// New parts: name and content.
    pub parts: Vec<(String, Arc<[u8]>)>,
}

impl Additions {
    /// Nothing yet, beside ids that are taken.
    pub fn new(taken: Taken) -> Self {
        Self {
            taken,
            ..Self::default()
        }
    }

    /// Whether a place of a part is written for the first time.
    pub fn is_first(&mut self, part: usize, position: usize) -> bool {
        self.seen.insert((part, position))
    }

    /// A number that no other thing of its kind has.
    pub fn fresh(&mut self, kind: SpotKind) -> u32 {
        let series = series(kind).unwrap_or(Series::Drawing);
        let taken = self.taken.numbers.entry(series).or_default();
        let next = self.next.entry(series).or_insert(1);
        while !taken.insert(*next) {
            *next += 1;
        }
        *next
    }

    /// The value of an id at a place of a part: that of the source the first time, a new one later.
    pub fn identity(&mut self, part: usize, position: usize, kind: SpotKind, value: &str) -> String {
        let is_first = self.is_first(part, position);
        match kind {
            SpotKind::BookmarkEnd => {
                let current = self.current.get(&(Series::Bookmark, value.to_owned()));
                current.map_or_else(|| value.to_owned(), u32::to_string)
            }
            _ if is_first => value.to_owned(),
            SpotKind::BookmarkName => self.name(value),
            SpotKind::Shape => format!("_x0000_s{}", self.fresh(kind)),
            SpotKind::BookmarkStart => {
                let fresh = self.fresh(kind);
                self.current.insert((Series::Bookmark, value.to_owned()), fresh);
                fresh.to_string()
            }
            _ => self.fresh(kind).to_string(),
        }
    }

    /// A name of a bookmark that no other has: at most 40 characters in Word.
    fn name(&mut self, value: &str) -> String {
        let mut number = 2usize;
        loop {
            let tail = format!("_{number}");
            let head: String = value.chars().take(40 - tail.len()).collect();
            let name = head + tail.as_str();
            if self.taken.names.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }

    /// Lists start anew from here, if they were used.
    pub fn restart(&mut self, lists: &[String]) {
        for list in lists {
            if self.used.remove(list)
                && let Some(instance) = self.taken.lists.get(list).cloned()
            {
                let number = self.instance(instance);
                self.lists.insert(list.clone(), number);
            }
        }
    }

    /// A new instance of a list; its number.
    pub fn instance(&mut self, instance: ListInstance) -> String {
        let highest = || self.taken.lists.keys().filter_map(|number| number.parse().ok()).max();
        if self.next_instance == 0 {
            self.next_instance = highest().unwrap_or(0u32).saturating_add(1);
        }
        let number = self.next_instance;
        self.next_instance += 1;
        self.instances.push((number, instance));
        number.to_string()
    }

    /// The instances that the template has.
    pub fn list(&self, number: &str) -> Option<&ListInstance> {
        self.taken.lists.get(number)
    }

    /// The number that a list has here.
    pub fn numbering(&mut self, list: &str) -> &str {
        self.used.insert(list.to_owned());
        match self.lists.get(list) {
            Some(number) => number,
            None => self.used.get(list).map_or("", String::as_str),
        }
    }

    /// The id of a relationship of a part to a target; the same target has the same id.
    pub fn relate(&mut self, part: &str, kind: &str, points: Points<'_>) -> String {
        self.relate_as(part, None, kind, points)
    }

    /// The same, with an id that a new relationship is to have.
    pub fn relate_as(&mut self, part: &str, id: Option<&str>, kind: &str, points: Points<'_>) -> String {
        let target = match points {
            Points::ToPart(target) | Points::Outside(target) => target,
        };
        let key = (part.to_owned(), format!("{kind} {target}"));
        if let Some(id) = self.known.get(&key) {
            return id.clone();
        }
        let list = self.relationships.entry(part.to_owned()).or_default();
        // Hyperlinks of the template may share a relationship: the first keeps its id.
        let id = match id.filter(|id| !list.iter().any(|(own, _)| own == id)) {
            Some(id) => id.to_owned(),
            None => {
                // A template may be a document that was made of one.
                let fresh = (list.len() + 1..).map(|number| format!("rIdF{number}"));
                let mut free = fresh.filter(|id| {
                    !list.iter().any(|(own, _)| own == id)
                        && !self.taken.relationships.contains(&(part.to_owned(), id.clone()))
                });
                free.next().unwrap_or_default()
            }
        };
        list.push((id.clone(), opc::relationship_xml(&id, kind, points)));
        self.known.insert(key, id.clone());
        id
    }

    /// Adds a picture as a part and returns its name.
    pub fn media(&mut self, extension: &str, bytes: Arc<[u8]>) -> String {
        let mut number = self.parts.len() + 1;
        loop {
            let name = format!("word/media/baocao{number}.{extension}");
            if self.taken.parts.insert(name.clone()) {
                self.parts.push((name.clone(), bytes));
                return name;
            }
            number += 1;
        }
    }

    /// The XML of the relationships added to a part; empty when there are none.
    pub fn relationships_of(&self, part: &str) -> String {
        let list = self.relationships.get(part).into_iter().flatten();
        list.map(|(_, xml)| xml.as_str()).collect()
    }

    /// Parts that got relationships.
    pub fn related(&self) -> impl Iterator<Item = &str> {
        self.relationships.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_as_they_are_the_first_time_and_are_new_later() {
        let source = r#"<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:bookmarkStart w:id="1" w:name="A"/><w:bookmarkEnd w:id="1"/><w:bookmarkStart w:id="2" w:name="a_2"/></w:p>"#;
        let mut taken = Taken::default();
        taken.note(source, &Tree::scan(source).unwrap());
        let mut additions = Additions::new(taken);
        let mut once = || {
            [
                additions.identity(0, 5, SpotKind::BookmarkStart, "1"),
                additions.identity(0, 9, SpotKind::BookmarkName, "A"),
                additions.identity(0, 12, SpotKind::BookmarkEnd, "1"),
            ]
            .join(" ")
        };
        assert_eq!([once(), once(), once()], ["1 A 1", "3 A_3 3", "4 A_4 4"]);
    }

    #[test]
    fn relationships_of_a_part_have_ids_of_their_own() {
        let mut additions = Additions::default();
        let mut relate = |id: &str, address: &str| {
            additions.relate_as("word/document.xml", Some(id), "hyperlink", Points::Outside(address))
        };
        let ids = [
            relate("r7", "https://a.vn/1"),
            relate("r7", "https://a.vn/2"),
            relate("r7", "https://a.vn/1"),
        ];
        assert_eq!(ids, ["r7", "rIdF2", "r7"]);
    }

    #[test]
    fn lists_begin_anew_only_when_they_were_used() {
        let mut taken = Taken::default();
        let instance = ListInstance {
            list: "0".into(),
            starts: vec![(0, 1)],
            is_own: false,
        };
        taken.lists.insert("5".into(), instance);
        let mut additions = Additions::new(taken);
        let lists = ["5".to_owned()];
        additions.restart(&lists);
        assert_eq!(additions.numbering("5"), "5");
        additions.restart(&lists);
        additions.restart(&lists);
        assert_eq!(additions.numbering("5"), "6");
        assert_eq!(additions.instances.len(), 1);
    }

    #[test]
    fn relationships_have_ids_that_no_other_has() {
        let mut taken = Taken::default();
        taken.relationships.insert(("a.xml".into(), "rIdF1".into()));
        let mut additions = Additions::new(taken);
        let mut relate = |part: &str, target: &str| additions.relate(part, "hyperlink", Points::Outside(target));
        assert_eq!(relate("a.xml", "http://a"), "rIdF2");
        assert_eq!(relate("a.xml", "http://a"), "rIdF2");
        assert_eq!(relate("a.xml", "http://b"), "rIdF3");
        assert_eq!(relate("b.xml", "http://a"), "rIdF1");
    }
}
