//! Opening and closing tags paired to blocks, and what is wrong with those that have no partner.

use handlebars::template::{HelperTemplate, Parameter};

use super::expression::Fault;
use super::place::{Block, Over};
use super::tag::{self, Says};
use crate::text;
use crate::vietnamese;

/// Most blocks inside each other.
const DEEPEST: usize = 64;
/// Most `{{else if}}` in a block and those around it: each is a block within the one before.
const MOST_ELSES: usize = 128;

/// Pairs opening and closing tags. A tag that has no partner is a fault; pairing goes on as if it were not there.
pub fn pair(tags: &[&tag::Tag]) -> (Vec<Block>, Vec<(usize, Fault)>) {
    let mut blocks = Vec::new();
    let mut faults = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    let name_of = |number: usize| match &tags[number].says {
        Says::Open(name, _) | Says::Broken(name) => name.as_str(),
        _ => "",
    };
    for (number, tag) in tags.iter().enumerate() {
        match &tag.says {
            Says::Open(_, head) => {
                if open.len() >= DEEPEST {
                    faults.push((
                        number,
                        Fault::new(
                            "mau/long-qua-sau",
                            text!(
                                "các khối lồng nhau quá {DEEPEST} lớp",
                                "more than {DEEPEST} blocks inside each other"
                            ),
                        ),
                    ));
                    return (blocks, faults);
                }
                let over = match over_of(head) {
                    Ok(over) => over,
                    Err(fault) => {
                        faults.push((number, fault));
                        None
                    }
                };
                open.push(Block {
                    open: number,
                    over,
                    ..Block::default()
                });
            }
            Says::Broken(_) => open.push(Block {
                open: number,
                ..Block::default()
            }),
            Says::Else(Some(_)) if open.iter().map(|block| block.elses.len()).sum::<usize>() >= MOST_ELSES => {
                faults.push((
                    number,
                    Fault::new(
                        "mau/qua-nhieu-nhanh",
                        text!(
                            "một khối có quá {MOST_ELSES} nhánh {{{{else if}}}}",
                            "more than {MOST_ELSES} branches {{{{else if}}}} in a block"
                        ),
                    ),
                ));
                return (blocks, faults);
            }
            Says::Else(_) => match open.last_mut() {
                Some(block) => block.elses.push(number),
                None => faults.push((
                    number,
                    Fault::new(
                        "mau/else-lac",
                        text!(
                            "{{{{else}}}} đứng ngoài mọi khối",
                            "{{{{else}}}} stands outside every block"
                        ),
                    )
                    .hint(Some(text!(
                        "xoá thẻ này, hoặc đặt nó vào giữa {{{{#if …}}}} và {{{{/if}}}}",
                        "delete this tag, or put it between {{{{#if …}}}} and {{{{/if}}}}"
                    ))),
                )),
            },
            Says::Close(name) => {
                let Some(depth) = open.iter().rposition(|block| name_of(block.open) == name) else {
                    let near = vietnamese::nearest(name, open.iter().map(|block| name_of(block.open)));
                    faults.push((
                        number,
                        Fault::new(
                            "mau/dong-thua",
                            text!(
                                "thẻ đóng {{{{/{name}}}}} không có thẻ mở",
                                "the closing tag {{{{/{name}}}}} has no opening tag"
                            ),
                        )
                        .hint(Some(match near {
                            Some(near) => text!("có phải {{{{/{near}}}}}?", "did you mean {{{{/{near}}}}}?"),
                            None => text!(
                                "xoá thẻ này, hoặc thêm {{{{#{name} …}}}} ở chỗ khối bắt đầu",
                                "delete this tag, or add {{{{#{name} …}}}} where the block begins"
                            ),
                        })),
                    ));
                    continue;
                };
                for lost in open.drain(depth + 1..) {
                    faults.push((lost.open, unclosed(name_of(lost.open))));
                }
                if let Some(mut block) = open.pop() {
                    block.close = number;
                    blocks.push(block);
                }
            }
            Says::Print(_) | Says::Nothing | Says::Merge(_) | Says::Control(_) => {}
        }
    }
    faults.extend(open.iter().map(|block| (block.open, unclosed(name_of(block.open)))));
    for block in &blocks {
        let elses = &block.elses;
        let plain = elses
            .iter()
            .position(|&number| matches!(tags[number].says, Says::Else(None)));
        if plain.is_some_and(|plain| plain + 1 < elses.len()) {
            faults.push((
                elses[elses.len() - 1],
                Fault::new(
                    "mau/else-lac",
                    text!(
                        "sau {{{{else}}}} không được có thêm {{{{else}}}}",
                        "no further {{{{else}}}} can follow {{{{else}}}}"
                    ),
                )
                .hint(Some(text!(
                    "mỗi khối chỉ có một {{{{else}}}}, ở sau mọi {{{{else if …}}}}",
                    "a block has one {{{{else}}}}, after every {{{{else if …}}}}"
                ))),
            ));
        }
    }
    faults.sort_by_key(|(number, _)| *number);
    blocks.sort_by_key(|block| block.open);
    (blocks, faults)
}

fn unclosed(name: &str) -> Fault {
    Fault::new(
        "mau/khoi-chua-dong",
        text!("khối #{name} chưa đóng", "the block #{name} is not closed"),
    )
    .hint(Some(text!(
        "thêm {{{{/{name}}}}} ở chỗ khối kết thúc",
        "add {{{{/{name}}}}} where the block ends"
    )))
}

pub fn over_of(head: &HelperTemplate) -> Result<Option<Over>, Fault> {
    let Some(over) = head.hash.get("over") else {
        return Ok(None);
    };
    let name = match over {
        Parameter::Literal(handlebars::JsonValue::String(name)) => name.as_str(),
        _ => "",
    };
    match Over::parse(name) {
        Some(over) => Ok(Some(over)),
        None => Err(Fault::new(
            "mau/sai-doi-so",
            text!("over= không nhận “{name}”", "over= does not take “{name}”"),
        )
        .hint(Some(text!(
            "over nhận \"row\", \"rows\", \"column\", \"paragraph\" hoặc \"text\"",
            "over takes \"row\", \"rows\", \"column\", \"paragraph\" or \"text\""
        )))),
    }
}
