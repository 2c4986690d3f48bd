#!/usr/bin/perl
# tests/lint/length.t: a function over 80 lines, a file over 600, says why ("Long because ...", in a comment before it or at its top).
# SPDX-License-Identifier: MIT
use strict;
use warnings;

my (@functions, @files);
for my $file (sort split /\n/, `find src tests -name '*.[ch]'`) {
	open my $in, '<', $file or die "$file: $!\n";
	my @line = <$in>;
	my $reason = qr/\blong because\b/i;
	push @files, "$file: " . @line . ' lines' if @line > 600 && join('', @line[0 .. 9]) !~ $reason;
	my ($start, $reset) = (undef, 0);
	for my $i (0 .. $#line) {
		$start = $i if $line[$i] =~ /^\{/;
		next unless $line[$i] =~ /^\}/;
		if (defined $start && $i - $start > 80 && join('', @line[$reset .. $start + 3]) !~ $reason) {
			push @functions, "$file:" . ($start + 1) . ': function of ' . ($i - $start) . ' lines';
		}
		($start, $reset) = (undef, $i + 1);
	}
}

my ($t, $bad) = (0, 0);
for (['no function over 80 lines without a reason', \@functions], ['no file over 600 lines without a reason', \@files]) {
	my ($what, $found) = @$_;
	printf "%sok %d - %s\n", @$found ? 'not ' : '', ++$t, $what;
	print "#   $_\n" for @$found;
	$bad ||= @$found;
}
print "1..$t\n";
exit($bad ? 1 : 0);
