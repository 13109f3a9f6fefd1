//! The form all letters have: a greeting, some sentences, a link, some more. What is in them comes
//! from callers and is never markup.

use super::Message;

/// A letter to somebody, on behalf of a tenant.
#[derive(Debug, Default)]
pub struct Letter {
    pub subject: String,
    /// What they are called; empty when that is not known.
    pub name: String,
    /// Paragraphs before the link.
    pub before: Vec<String>,
    /// What the link does, and where it leads.
    pub link: Option<(&'static str, String)>,
    /// Paragraphs behind it.
    pub after: Vec<String>,
    /// Who signs: the tenant.
    pub signature: String,
}

impl Letter {
    /// The message to this address.
    pub fn to(self, address: &str) -> Message {
        Message {
            to: address.to_owned(),
            text: self.text(),
            html: self.html(),
            subject: one_line(&self.subject),
        }
    }

    fn greeting(&self) -> String {
        match self.name.trim() {
            "" => "Hello,".to_owned(),
            name => format!("Hello {name},"),
        }
    }

    fn text(&self) -> String {
        let mut parts = vec![self.greeting()];
        parts.extend(self.before.iter().cloned());
        parts.extend(self.link.iter().map(|(label, url)| format!("{label}:\n{url}")));
        parts.extend(self.after.iter().cloned());
        parts.push(self.signature.clone());
        parts.join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        let paragraph = |text: &String| format!("<p>{}</p>\n", escaped(text));
        let link = self.link.iter().map(|(label, url)| {
            let url = escaped(url);
            format!("<p><a href=\"{url}\">{}</a></p>\n<p>{url}</p>\n", escaped(label))
        });
        let body: String = std::iter::once(paragraph(&self.greeting()))
            .chain(self.before.iter().map(paragraph))
            .chain(link)
            .chain(self.after.iter().map(paragraph))
            .chain(std::iter::once(paragraph(&self.signature)))
            .collect();
        let title = escaped(&self.subject);
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             </head>\n<body>\n{body}</body></html>\n"
        )
    }
}

/// A header ends with its line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
