#!/usr/bin/perl
# tests/lint/messages.t: an error is one line, lower case, without a full stop. Sees the texts given to err_*() and log_text().
# SPDX-License-Identifier: MIT
use strict;
use warnings;

my @files = sort split /\n/, `find src -name '*.c'`;
my (@upper, @lines, @stops);
my $n = 0;

for my $file (@files) {
	open my $in, '<', $file or die "$file: $!\n";
	my $text = do { local $/; <$in> };
	# Comments go, their line ends stay.
	$text =~ s{("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)*')|(/\*.*?\*/)|(//[^\n]*)}{
		my $c = $3 // $4;
		defined $c ? "\n" x ($c =~ tr/\n//) : ($1 // $2)}gse;
	while ($text =~ /\b(err_set|err_sys|err_in|err_hint|log_text)\s*\(/g) {
		my ($name, $start, $rest) = ($1, $-[0], substr $text, $+[0]);
		# The text is the first string of the call; what stands before it has no parenthesis that closes the call.
		next unless $rest =~ /\A([^;"{}]*?)((?:"(?:[^"\\\n]|\\.)*"\s*)+)/;
		my ($before, $strings) = ($1, $2);
		next if ($before =~ tr/)//) > ($before =~ tr/(//);
		my $message = join '', $strings =~ /"((?:[^"\\\n]|\\.)*)"/g;
		my $at = "$file:" . (1 + (substr($text, 0, $start) =~ tr/\n//)) . ": \"$message\"";
		$n++;
		# An abbreviation (TLS, VAULT_ADDR) or a name that is written so may begin a line; a word may not.
		push @upper, $at if $message =~ /\A[A-Z][a-z]/ && $message !~ /\A(?:Vault|OpenBao|Amazon|Content-|Transfer-|Location)/;
		push @lines, $at if $message =~ /\\[nr]/;
		push @stops, $at if $name ne 'err_hint' && $message =~ /(?<!\.\.)[.!]\z/ || $message =~ /\s\z/;
	}
}

my $t = 0;
my $bad = 0;
for (['an error begins in lower case', \@upper], ['an error is one line', \@lines], ['an error ends without a full stop', \@stops]) {
	my ($what, $found) = @$_;
	printf "%sok %d - %s (%d texts)\n", @$found ? 'not ' : '', ++$t, $what, $n;
	print "#   $_\n" for @$found;
	$bad ||= @$found;
}
print "1..$t\n";
exit($bad ? 1 : 0);
