#!/usr/bin/perl
# Verifies or signs messages by Mail::DKIM.
# verify KEYS FILE...   prints "FILE RESULT..." with a result for each signature
# sign KEY FILE FOLDER  signs FILE in each form into FOLDER
# KEYS has lines of a name, a blank and a record.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS::RR;

sub content {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$file>;
}

my ($what, $key, @files) = @ARGV;
if ($what eq 'verify') {
    my %records = map { split / /, $_, 2 } split /\n/, content($key);
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name, $type) = @_;
        my $text = $records{$name} or return;
        return Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [$text =~ /(.{1,255})/g]);
    };
    for my $path (@files) {
        my $verifier = Mail::DKIM::Verifier->new;
        $verifier->PRINT(content($path));
        $verifier->CLOSE;
        print join(' ', $path, map { $_->result } $verifier->signatures), "\n";
    }
} else {
    my ($path, $folder) = @files;
    for my $header (qw(simple relaxed)) {
        for my $body (qw(simple relaxed)) {
            my $signer = Mail::DKIM::Signer->new(
                Algorithm => 'rsa-sha256',
                Method => "$header/$body",
                Domain => 'example.org',
                Selector => 'rsa',
                KeyFile => $key);
            $signer->PRINT(content($path));
            $signer->CLOSE;
            open my $out, '>:raw', "$folder/perl-$header-$body" or die $!;
            print $out $signer->signature->as_string, "\r\n", content($path);
            close $out;
        }
    }
}
