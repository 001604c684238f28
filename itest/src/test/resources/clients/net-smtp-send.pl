# Sends a file by Net::SMTP: PORT SENDER FILE RECIPIENT...
use strict;
use warnings;
use Net::SMTP;

my ($port, $sender, $file, @recipients) = @ARGV;
open my $in, '<:raw', $file or die "$file: $!";
my $smtp = Net::SMTP->new('127.0.0.1', Port => $port, Timeout => 60) or die "no connection: $@";
$smtp->mail($sender, Bits => 8) or die 'MAIL: ' . $smtp->message;
$smtp->to(@recipients) or die 'RCPT: ' . $smtp->message;
$smtp->data or die 'DATA: ' . $smtp->message;
while (read $in, my $piece, 1000) {
    $smtp->datasend($piece) or die 'datasend: ' . $smtp->message;
}
$smtp->dataend or die 'end of data: ' . $smtp->message;
$smtp->quit or die 'QUIT: ' . $smtp->message;
