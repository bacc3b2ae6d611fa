//! Fields that are computed from others, in the order in which they can be.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use super::{Field, Schema};
use crate::formula::{Checked, Fault, Formula};

/// A field that has a formula.
#[derive(Clone, Debug)]
pub struct ComputedField {
    /// Its sheet.
    pub sheet: usize,
    /// The field in it.
    pub field: usize,
    /// Its formula, about a record of its sheet.
    pub formula: Checked,
}

impl Schema {
    /// The formula of a field, if it has one.
    pub(super) fn formula_of(&self, sheet: usize, field: &Field) -> Option<Result<Checked, Fault>> {
        let source = field.value.as_deref()?;
        Some(Formula::parse(source).and_then(|formula| formula.check(&self.scope(Some(sheet)))))
    }

    /// The schema as workbooks are read by it: a field that is computed where it is blank is not asked for.
    pub fn as_read(&self) -> Cow<'_, Self> {
        let is_spared = |field: &Field| field.required && field.value.is_some();
        if !self.sheets.iter().any(|sheet| sheet.fields.iter().any(is_spared)) {
            return Cow::Borrowed(self);
        }
        let mut schema = self.clone();
        let fields = schema.sheets.iter_mut().flat_map(|sheet| &mut sheet.fields);
        for field in fields.filter(|field| is_spared(field)) {
            field.required = false;
        }
        Cow::Owned(schema)
    }

    /// The computed fields whose formulas make sense, in the order in which they can be computed: those that a formula names
    /// come before its own. What is in a circle, or computed from such a field, is left out.
    pub fn computed(&self) -> Vec<ComputedField> {
        let all = self.sound_formulas();
        let (order, _) = order(&needs(&all));
        let mut all: Vec<Option<ComputedField>> = all.into_iter().map(Some).collect();
        let taken = order.into_iter().filter_map(|index| all.get_mut(index)?.take());
        taken.collect()
    }

    fn sound_formulas(&self) -> Vec<ComputedField> {
        let mut all = Vec::new();
        for (number, sheet) in self.sheets.iter().enumerate() {
            for (field, declared) in sheet.fields.iter().enumerate() {
                if let Some(Ok(formula)) = self.formula_of(number, declared) {
                    all.push(ComputedField {
                        sheet: number,
                        field,
                        formula,
                    });
                }
            }
        }
        all
    }

    /// Circles of computed fields: each as its fields in the order in which they name one another.
    pub(super) fn circles(&self) -> Vec<Vec<(usize, usize)>> {
        let all = self.sound_formulas();
        let needs = needs(&all);
        let (_, bound) = order(&needs);
        let mut circles: Vec<Vec<usize>> = Vec::new();
        for start in bound {
            if circles.len() < MOST_CIRCLES && !circles.iter().flatten().any(|known| *known == start) {
                circles.extend(circle(start, &needs));
            }
        }
        let place = |index: &usize| all.get(*index).map(|computed| (computed.sheet, computed.field));
        circles
            .iter()
            .map(|circle| circle.iter().filter_map(place).collect())
            .collect()
    }

    /// The fields that checks and formulas look at: sheet and field.
    pub fn checked_fields(&self) -> Vec<(usize, usize)> {
        let by_rules = self.checks.iter().filter_map(|check| check.rule.as_ref());
        let mut fields: Vec<(usize, usize)> = by_rules
            .flat_map(|rule| rule.fields())
            .filter_map(|(sheet, field)| {
                let (number, declared) = self.sheet(sheet)?;
                Some((number, declared.field(field)?.0))
            })
            .collect();
        let asserted = self.checks.iter().filter_map(|check| self.assertion(check)?.ok());
        let computed = self.sound_formulas().into_iter().map(|computed| computed.formula);
        for formula in asserted.chain(computed) {
            let named = formula.references().iter();
            fields.extend(named.filter_map(|reference| Some((reference.sheet, reference.field?))));
        }
        fields
    }
}

/// More circles than anybody reads.
const MOST_CIRCLES: usize = 10;

/// Of each field, those that its formula names.
fn needs(all: &[ComputedField]) -> Vec<Vec<usize>> {
    let places = all.iter().enumerate();
    let by_place: HashMap<(usize, usize), usize> = places
        .map(|(index, computed)| ((computed.sheet, computed.field), index))
        .collect();
    let needs = all.iter().map(|computed| {
        let named = computed.formula.references().iter();
        let mut needed: Vec<usize> = named
            .filter_map(|reference| by_place.get(&(reference.sheet, reference.field?)).copied())
            .collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    });
    needs.collect()
}

/// The order in which fields can be computed, and those that can't.
fn order(needs: &[Vec<usize>]) -> (Vec<usize>, Vec<usize>) {
    let mut waiting: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (index, needed) in needs.iter().enumerate() {
        for other in needed {
            needed_by[*other].push(index);
        }
    }
    let mut ordered: Vec<usize> = (0..needs.len()).filter(|index| waiting[*index] == 0).collect();
    let mut next = 0;
    while let Some(&done) = ordered.get(next) {
        next += 1;
        for &index in &needed_by[done] {
            waiting[index] -= 1;
            if waiting[index] == 0 {
                ordered.push(index);
            }
        }
    }
    let bound = (0..needs.len()).filter(|index| waiting[*index] > 0).collect();
    (ordered, bound)
}

/// The shortest way from a field back to itself.
fn circle(start: usize, needs: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut came_from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(current) = queue.pop_front() {
        for &needed in needs.get(current)? {
            if needed == start {
                let mut way = vec![current];
                while let Some(before) = way.last().and_then(|last| came_from.get(last)) {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(new) = came_from.entry(needed) {
                new.insert(current);
                queue.push_back(needed);
            }
        }
    }
    None
}
