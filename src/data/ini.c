/* data/ini.c: the grammar of AWS's shared files, line by line. */
/* SPDX-License-Identifier: MIT */
#include "data/ini.h"

static bool
is_comment(char c)
{
	return c == '#' || c == ';';
}

static struct str
unquote(struct str s)
{
	bool quoted = s.len > 1 && s.at[0] == s.at[s.len - 1] && (s.at[0] == '"' || s.at[0] == '\'');

	return quoted ? str_part(s, 1, s.len - 1) : s;
}

/* Up to a comment: at any # or ;, or at one that follows a blank. */
static struct str
without_comment(struct str s, bool any)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_comment(s.at[i]) && (any || (i && (s.at[i - 1] == ' ' || s.at[i - 1] == '\t'))))
			return str_part(s, 0, i);
	return s;
}

/* The next line, without its end. */
static struct str
next_line(struct ini *i)
{
	struct str line = str_cut(&i->rest, '\n');

	i->line++;
	return line.len && line.at[line.len - 1] == '\r' ? str_part(line, 0, line.len - 1) : line;
}

/* What stands in the brackets of a line that begins with one; empty when they are not closed. */
static struct str
head_of(struct str line)
{
	line = str_trim(without_comment(line, true));
	return line.len && line.at[line.len - 1] == ']' ? str_trim(str_part(line, 1, line.len - 1)) : S("");
}

static void
take_head(struct ini *i, struct str head)
{
	size_t space;

	i->head = i->name = unquote(head);
	i->type = i->key = i->above = S("");
	for (space = 0; space < head.len && head.at[space] != ' ' && head.at[space] != '\t'; space++)
		;
	if (space == head.len || i->head.len != head.len)
		return;
	i->type = str_part(head, 0, space);
	i->name = unquote(str_trim(str_part(head, space, head.len)));
}

/* A line with neither end, comment nor section; text is it without blanks around. Whether there is anything in it. */
static bool
take_property(struct ini *i, struct str text, bool indented)
{
	size_t split;

	for (split = 0; split < text.len && text.at[split] != '=' && text.at[split] != ':'; split++)
		;
	i->more = split == text.len;
	if (i->more) {
		i->key = i->above;
		i->value = text;
		i->parent = S("");
		return indented && i->above.len && !i->above_empty;
	}
	i->key = str_trim(str_part(text, 0, split));
	i->value = str_part(text, split + 1, text.len);
	i->parent = indented && i->above_empty ? i->above : S("");
	if (!i->parent.len)
		i->value = without_comment(i->value, false);
	i->value = unquote(str_trim(i->value));
	if (!i->key.len || without_comment(i->key, false).len != i->key.len)
		return false;
	if (!i->parent.len) {
		i->above = i->key;
		i->above_empty = !i->value.len;
	}
	return true;
}

int
ini_init(struct ini *i, struct str text, struct err *e)
{
	if (text.len > INI_MAX)
		return err_set(e, ERR_LIMIT, CAUSE_FILE, "longer than %d bytes", INI_MAX);
	if (str_begins(text, "\xef\xbb\xbf"))
		text = str_part(text, 3, text.len);
	*i = (struct ini){ .rest = text };
	while (i->rest.len) {
		struct str line = str_trim(next_line(i));

		if (str_find_c(line, 0) != SIZE_MAX)
			return err_set(e, ERR_INPUT, CAUSE_FILE, "line %u: holds a nul byte", i->line);
		if (str_begins(line, "[") && !head_of(line).len)
			return err_set(e, ERR_INPUT, CAUSE_FILE, "line %u: a section without a name or its closing bracket", i->line);
	}
	*i = (struct ini){ .rest = text };
	return 0;
}

bool
ini_next(struct ini *i)
{
	while (i->rest.len) {
		struct str line = next_line(i), text = str_trim(line);

		if (!text.len || is_comment(text.at[0]))
			continue;
		if (text.at[0] == '[') {
			take_head(i, head_of(text));
			return true;
		}
		if (i->head.at && take_property(i, text, text.at != line.at))
			return true;
	}
	return false;
}
