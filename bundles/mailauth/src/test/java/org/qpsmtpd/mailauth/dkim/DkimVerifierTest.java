package org.qpsmtpd.mailauth.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.dkim.DkimResult.Verdict;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.KeyLimits;
import org.qpsmtpd.mailauth.signature.KeyZone;
import org.qpsmtpd.mailauth.signature.MessageText;

/** One rule after the other, each with a signature that is right but for that. */
final class DkimVerifierTest {
    private static final String TAGS = "v=1;a=rsa-sha256;d=example.org;s=s;h=from;bh=BH";
    private static final String NAME = "s._domainkey.example.org";

    private final KeyZone zone = new KeyZone().with(NAME, Forged.RECORD);

    private DkimResult verify(String tags) {
        return Verifying.verify(Forged.message(tags, BodyHash.WHOLE), zone).get(0);
    }

    @Test
    void tellsWhoSigned() {
        DkimResult result = verify(TAGS + ";i=joe@sub.Example.org");
        assertThat(result.reason()).isEmpty();
        assertThat(result.isPass()).isTrue();
        assertThat(result.domain()).isEqualTo("example.org");
        assertThat(result.selector()).isEqualTo("s");
        assertThat(result.identity()).isEqualTo("joe@sub.example.org");
        assertThat(result.algorithm()).isEqualTo("rsa-sha256");
        assertThat(result.start()).hasSize(8);
        assertThat(result.bits()).isEqualTo(1024);
        assertThat(result.isTesting()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "d=example.org | d=EXAMPLE.org | PASS | -",
                "v=1 | v=01 | PERMERROR | the version of the signature is not known",
                "v=1; | '' | PERMERROR | the signature has no v=",
                "a=rsa-sha256 | a=rsa-sha1 | PERMERROR | rsa-sha1 is not accepted any more",
                "a=rsa-sha256 | a=rsa-sha512 | PERMERROR | the algorithm is not known",
                "a=rsa-sha256 | a=RSA-SHA256 | PERMERROR | the algorithm is not known",
                "a=rsa-sha256 | a=ed25519-sha256 | PERMERROR | the key is of another type",
                "a=rsa-sha256 | a= | PERMERROR | the signature has an empty a=",
                "d=example.org | d=example.net | PERMERROR | there is no such key",
                "d=example.org | d=exa mple.org | PERMERROR | d= is no domain",
                "d=example.org | d=.org | PERMERROR | d= is no domain",
                "d=example.org | d=\u00fc | PERMERROR | d= is not UTF-8",
                "h=from | h=to | PERMERROR | From is not signed",
                "h=from | h=From | PASS | -",
                "h=from | 'h= From \t' | PASS | -",
                "h=from | h= | PERMERROR | h= has an empty name",
                "h=from | h=from: | PERMERROR | h= has an empty name",
                "h=from | h=from:cc | PASS | -",
                "h=from | h=from:to | FAIL | the header was changed, or the signature",
                "bh=BH | bh=aGVsbG8= | PERMERROR | bh= is not as long as a hash",
                "bh=BH | bh=%% | PERMERROR | bh= is not base64",
                "bh=BH | bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= | FAIL"
                        + " | the body was changed",
                "s=s; | s=s;s=s; | PERMERROR | the signature is malformed: the tag s= is there twice",
                "s=s; | s=s;c=simple; | PASS | -",
                "s=s; | s=s;c=simple/simple; | PASS | -",
                "s=s; | s=s;c=simple/simple/simple; | PERMERROR | c= is malformed",
                "s=s; | s=s;c=nofws; | PERMERROR | the canonicalization is not known",
                "s=s; | s=s;c=; | PERMERROR | the signature has an empty c=",
                "s=s; | s=s;q=dns/txt; | PASS | -",
                "s=s; | s=s;q=x : dns/txt; | PASS | -",
                "s=s; | s=s;q=http; | PERMERROR | the key cannot be asked for in the DNS by q=",
                "s=s; | s=s;i=@other.example; | PERMERROR | i= is not within d=",
                "s=s; | s=s;i=@xexample.org; | PERMERROR | i= is not within d=",
                "s=s; | s=s;i=example.org; | PERMERROR | i= is no address",
                "s=s; | s=s;i=a=4; | PERMERROR | i= is not quoted-printable",
                "s=s; | s=s;i=a=40b@example.org; | PASS | -",
                "s=s; | s=s;t=1796040000; | PASS | -",
                "s=s; | s=s;t=1796040300; | PASS | -",
                "s=s; | s=s;t=1796040301; | POLICY | it is of the future",
                "s=s; | s=s;t=1e3; | PERMERROR | t= is no number",
                "s=s; | s=s;x=1796039700; | PASS | -",
                "s=s; | s=s;x=1796039699; | PERMERROR | it has expired",
                "s=s; | s=s;x=-1; | PERMERROR | x= is no number",
                "s=s; | s=s;t=5;x=5; | PERMERROR | the signature expires before it is made",
                "s=s; | s=s;z=From:any; | PASS | -",
                "s=s; | s=s;unknown=1; | PASS | -",
            })
    void checksTheSignature(String before, String after, Verdict verdict, String reason) {
        DkimResult result = verify(TAGS.replace(before, after));
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.reason()).isEqualTo(reason == null ? "" : reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=s; n=a note; g=*; P | PASS | -",
                "v=DKIM2; P | PERMERROR | the key's record does not begin with v=DKIM1",
                "k=rsa; v=DKIM1; P | PERMERROR | the key's record does not begin with v=DKIM1",
                "k=dsa; P | PERMERROR | the type of the key is not known",
                "k=ed25519; P | PERMERROR | the key is not of 32 octets",
                "h=sha1; P | PERMERROR | the key is not for sha256",
                "h=sha1 : sha256; P | PASS | -",
                "s=tlsrpt; P | PERMERROR | the key is not for mail",
                "s=tlsrpt:*; P | PASS | -",
                "p= | PERMERROR | the key is revoked",
                "v=DKIM1 | PERMERROR | the key's record has no p=",
                "p=!! | PERMERROR | the key is not base64",
                "p=aGVsbG8= | PERMERROR | the key cannot be read",
                "hello | PERMERROR | the key's record is malformed: there is a tag without =",
                "P;P | PERMERROR | the key's record is malformed: the tag p= is there twice",
            })
    void checksTheKey(String record, Verdict verdict, String reason) {
        var unused = zone.with(NAME, record.replace("P", Forged.RECORD).replace("DKp=", "DKP="));
        DkimResult result = verify(TAGS);
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.reason()).isEqualTo(reason == null ? "" : reason);
    }

    @Test
    void aKeyMayBeForNoSubdomain() {
        var unused = zone.with(NAME, "t=y:s; " + Forged.RECORD);
        assertThat(verify(TAGS).isPass()).isTrue();
        assertThat(verify(TAGS).isTesting()).isTrue();
        assertThat(verify(TAGS + ";i=@sub.example.org").reason())
                .isEqualTo("the key is not for subdomains");
    }

    @Test
    void takesTheKeyAmongOtherRecords() {
        var unused = zone.with(NAME, "v=spf1 -all", "k=rsa; p=", Forged.RECORD);
        assertThat(verify(TAGS).isPass()).isTrue();
    }

    @Test
    void bitsAreLimited() {
        DkimLimits limits =
                new DkimLimits(new KeyLimits(1025, 4096), 10, Duration.ofMinutes(5), false);
        DkimResult result =
                Verifying.verify(Forged.message(TAGS, BodyHash.WHOLE), zone, limits).get(0);
        assertThat(result.reason()).isEqualTo("an RSA key of 1024 bits is not accepted");
    }

    @ParameterizedTest
    @CsvSource({"12,PASS", "11,POLICY", "0,POLICY", "13,PERMERROR"})
    void distrustsAPartOfTheBody(int length, Verdict verdict) {
        byte[] message = Forged.message(TAGS + ";l=" + length, length);
        assertThat(Verifying.verify(message, zone).get(0).verdict()).isEqualTo(verdict);
        DkimLimits limits = new DkimLimits(KeyLimits.USUAL, 10, Duration.ofMinutes(5), true);
        assertThat(Verifying.verify(message, zone, limits).get(0).isPass()).isEqualTo(length <= 12);
    }

    @Test
    void tenSignaturesAreChecked() {
        String one = new String(Forged.message(TAGS, BodyHash.WHOLE), StandardCharsets.ISO_8859_1);
        String field = one.substring(0, one.indexOf("From:"));
        byte[] message =
                ("DKIM-Signature: x\r\n".repeat(20) + field.repeat(11) + one)
                        .getBytes(StandardCharsets.ISO_8859_1);

        List<DkimResult> results = Verifying.verify(message, zone);
        assertThat(results.subList(0, 20)).allMatch(r -> r.verdict() == Verdict.PERMERROR);
        assertThat(results.subList(20, 30)).allMatch(DkimResult::isPass);
        assertThat(results.subList(30, 32)).allMatch(r -> r.verdict() == Verdict.NEUTRAL);
        assertThat(zone.asked()).hasSize(10);
    }

    @Test
    void asksNobodyWithoutASignature() {
        DkimVerification verification =
                new DkimVerifier(zone, DkimLimits.USUAL, Verifying.NOW)
                        .begin(
                                new MessageText(
                                                "From: a\r\n\r\n"
                                                        .getBytes(StandardCharsets.US_ASCII))
                                        .fields());
        assertThat(verification.needsBody()).isFalse();
        assertThat(verification.keysFound()).isCompleted();
        assertThat(verification.results()).isEmpty();
        assertThat(zone.asked()).isEmpty();
    }

    @Test
    void waitsForTheKeysWhileTheBodyArrives() {
        CompletableFuture<DnsResult<String>> answer = new CompletableFuture<>();
        var unusedZone = zone.with(NAME, answer);
        byte[] octets = Forged.message(TAGS, BodyHash.WHOLE);
        MessageText message = new MessageText(octets);
        DkimVerification verification =
                new DkimVerifier(zone, DkimLimits.USUAL, Verifying.NOW).begin(message.fields());
        verification.body(octets, message.bodyStart(), octets.length - message.bodyStart());

        assertThatThrownBy(verification::results).isInstanceOf(IllegalStateException.class);
        var unused = answer.complete(DnsResult.of(List.of(Forged.RECORD)));
        assertThat(verification.keysFound()).isCompleted();
        assertThat(verification.results().get(0).isPass()).isTrue();
    }
}
