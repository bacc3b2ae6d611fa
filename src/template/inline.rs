//! Blocks over text within one paragraph: runs, and what wraps them, are divided at their tags so that what is repeated or
//! left out is whole elements.

use super::part::{Name, Tree, name_in};
use super::place::{Action, Block, Over, Planner};

impl Planner<'_> {
    /// For each block whether it is text within one paragraph.
    pub(super) fn inline_blocks(&self, blocks: &[Block]) -> Vec<bool> {
        let mut inline = vec![false; self.tags.len()];
        for block in blocks {
            let same = self.paragraph(block.open) == self.paragraph(block.close) && !self.tags[block.open].is_fixed;
            if same && matches!(block.over, None | Some(Over::Text)) {
                for tag in std::iter::once(block.open)
                    .chain(block.elses.iter().copied())
                    .chain([block.close])
                {
                    inline[tag] = true;
                }
            }
        }
        inline
    }

    /// A block within one paragraph: runs are split at its tags so that what it repeats or removes is balanced.
    pub(super) fn text_block(&mut self, block: &Block) {
        let numbers: Vec<usize> = std::iter::once(block.open)
            .chain(block.elses.iter().copied())
            .chain([block.close])
            .collect();
        let region = self.tags[block.open].start..self.tags[block.close].start;
        self.regions.push((block.open, region));
        let same_text = numbers
            .iter()
            .all(|&tag| self.tags[tag].element == self.tags[block.open].element);
        if same_text {
            for tag in numbers {
                let position = self.tags[tag].start;
                self.place(tag, position);
            }
            return;
        }
        let chains: Vec<Vec<usize>> = numbers
            .iter()
            .map(|&tag| self.tree.chain(self.tags[tag].element))
            .collect();
        let common = chains[0][1..]
            .iter()
            .copied()
            .find(|element| chains.iter().all(|chain| chain[1..].contains(element)));
        let Some(common) = common else {
            return self.crosses(block);
        };
        for (&tag, chain) in numbers.iter().zip(&chains) {
            let inner: Vec<usize> = chain.iter().copied().take_while(|&element| element != common).collect();
            // What is no typed tag stands where it stands as a whole.
            let inner = &inner[usize::from(self.tags[tag].shell.is_some())..];
            if inner
                .iter()
                .any(|&element| !self.tree.elements[element].name.can_split())
            {
                return self.crosses(block);
            }
            self.split(tag, inner);
        }
    }

    /// Places a tag outside of the elements around it, innermost first: before those in which nothing stands before it;
    /// the others are closed before it and opened again after it.
    fn split(&mut self, tag: usize, around: &[usize]) {
        let mut position = self.tags[tag].start;
        let mut rest = around;
        while let [element, outer @ ..] = rest
            && self.begins_with(*element, position)
        {
            position = self.tree.elements[*element].start;
            rest = outer;
        }
        if rest.is_empty() {
            return self.place(tag, position);
        }
        let (close, open) = self.seam(rest);
        self.act(position, 4 * tag, Action::Insert(close));
        self.place(tag, position);
        self.act(position, 4 * tag + 2, Action::Insert(open));
    }

    /// Whether nothing stands before a position in an element, its properties aside.
    fn begins_with(&self, element: usize, position: usize) -> bool {
        let around = &self.tree.elements[element];
        match around.name {
            Name::Text => position == around.open_end,
            _ => self
                .tree
                .inside(element)
                .take_while(|(_, inner)| inner.start < position)
                .all(|(_, inner)| inner.parent != element || inner.name == Name::RunProperties),
        }
    }

    /// What closes elements, innermost first, and what opens them again.
    fn seam(&self, elements: &[usize]) -> (String, String) {
        seam(self.source, self.tree, elements)
    }
}

/// What closes elements, innermost first, and what opens them again with their properties.
pub fn seam(source: &str, tree: &Tree, elements: &[usize]) -> (String, String) {
    let (mut close, mut open) = (String::new(), String::new());
    for &element in elements {
        let around = &tree.elements[element];
        let tag = &source[around.start..around.open_end];
        close.push_str(&format!("</{}>", name_in(tag)));
    }
    for &element in elements.iter().rev() {
        let around = &tree.elements[element];
        if around.name == Name::Text {
            // Blanks at the seam must stay.
            open.push_str(&format!("<{}t xml:space=\"preserve\">", tree.prefix));
            continue;
        }
        open.push_str(&source[around.start..around.open_end]);
        open.push_str(run_properties(source, tree, element));
    }
    (close, open)
}

/// The properties of a run as they stand in the source; empty when it has none.
pub fn run_properties<'s>(source: &'s str, tree: &Tree, run: usize) -> &'s str {
    tree.inside(run)
        .find(|(_, inner)| inner.parent == run && inner.name == Name::RunProperties)
        .map_or("", |(_, inner)| &source[inner.start..inner.end])
}
