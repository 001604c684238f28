package org.qpsmtpd.mailauth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord.Psd;

final class DmarcRecordTest {
    private static DmarcRecord record(String text) {
        return RecordReader.read(text).orElseThrow();
    }

    @Test
    void readsAllTags() {
        DmarcRecord record =
                record(
                        "v=DMARC1; p=reject; sp=quarantine; np=none; psd=n; t=y; adkim=s; aspf=s;"
                                + " rua=mailto:a@example.org, mailto:b@example.org!50m;"
                                + " ruf=mailto:c@example.org; fo=1:d:s; pct=1; rf=afrf; ri=1;");

        assertThat(record.policy()).isEqualTo(DmarcPolicy.REJECT);
        assertThat(record.subdomains()).contains(DmarcPolicy.QUARANTINE);
        assertThat(record.nonExistent()).contains(DmarcPolicy.NONE);
        assertThat(record.psd()).isEqualTo(Psd.NO);
        assertThat(record.isTesting()).isTrue();
        assertThat(record.isDkimStrict()).isTrue();
        assertThat(record.isSpfStrict()).isTrue();
        assertThat(record.aggregateReports())
                .containsExactly("mailto:a@example.org", "mailto:b@example.org");
        assertThat(record.failureReports()).containsExactly("mailto:c@example.org");
        assertThat(record.failureOptions()).isEqualTo("1:d:s");
    }

    @Test
    void hasTheDefaultsOfTheRfc() {
        DmarcRecord record = record("v=DMARC1; p=none");

        assertThat(record.isUsable()).isTrue();
        assertThat(record.subdomains()).isEmpty();
        assertThat(record.nonExistent()).isEmpty();
        assertThat(record.psd()).isEqualTo(Psd.UNKNOWN);
        assertThat(record.isTesting()).isFalse();
        assertThat(record.isDkimStrict()).isFalse();
        assertThat(record.isSpfStrict()).isFalse();
        assertThat(record.aggregateReports()).isEmpty();
        assertThat(record.failureOptions()).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v",
                "v=",
                "v=DMARC2; p=none",
                "v=DMARC11; p=none",
                "v=dmarc1; p=none",
                "v=DMARC1 p=none",
                "v=DMARC1, p=none",
                " v=DMARC1; p=none",
                "; v=DMARC1; p=none",
                "vx; v=DMARC1; p=none",
                "p=none; v=DMARC1",
                "v=spf1 -all"
            })
    void takesNothingElseForARecord(String text) {
        assertThat(RecordReader.read(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=DMARC1;p=reject",
                "V=DMARC1; p=reject",
                "v\t=\tDMARC1\t;\tp\t=\treject\t;\t",
                "v=DMARC1; p=Reject; adkim; =; x y=1; \u00E9=1; fo=\u0001",
                "v=DMARC1;; p=reject;;",
                "v=DMARC1; x=1; x=2; p=reject",
                "v=DMARC1; rua=mailto:a@b.example; v=DMARC2; P=reject"
            })
    void leavesOutWhatItCannotRead(String text) {
        assertThat(record(text).policy()).isEqualTo(DmarcPolicy.REJECT);
        assertThat(record(text).isUsable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p=reject; sp=maybe",
                "p=reject; np=",
                "p=rejected; sp=reject",
                "p=reject\u00E9",
                "p=reject; p=reject",
                "p=reject; sp=none; sp=reject",
                "p=reject none"
            })
    void aPolicyThatIsNoneAsksForNothingButReports(String tags) {
        DmarcRecord silent = record("v=DMARC1; " + tags);
        DmarcRecord reported = record("v=DMARC1; rua=mailto:a@example.org; " + tags);

        assertThat(silent.isUsable()).isFalse();
        assertThat(reported.isUsable()).isTrue();
        assertThat(reported.own()).isEqualTo(DmarcPolicy.NONE);
        assertThat(reported.below(true)).isEqualTo(DmarcPolicy.NONE);
        assertThat(reported.below(false)).isEqualTo(DmarcPolicy.NONE);
    }

    @Test
    void withoutAPolicyThoseBelowMayHaveOne() {
        DmarcRecord record = record("v=DMARC1; sp=reject; rua=mailto:a@example.org");

        assertThat(record.own()).isEqualTo(DmarcPolicy.NONE);
        assertThat(record.below(true)).isEqualTo(DmarcPolicy.REJECT);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "D:S, d:s",
        "d:1:s, d:1:s",
        "0:1, 0",
        "d:d, 0",
        "x, 0",
        "1:, 0",
        ":1, 0",
        "1d, 0",
        "'', 0"
    })
    void readsOptionsOfReports(String options, String expected) {
        assertThat(record("v=DMARC1; p=none; fo=" + options).failureOptions()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mailto:a@example.org | mailto:a@example.org",
                "MAILTO:a@example.org | MAILTO:a@example.org",
                "mailto:a@example.org!10m | mailto:a@example.org",
                "mailto:a@example.org!5 | mailto:a@example.org",
                "mailto:a%2Cb@example.org | mailto:a%2Cb@example.org",
                "https://example.org/dmarc?x=1 | https://example.org/dmarc?x=1",
                "nonsense, mailto:a@example.org | mailto:a@example.org",
                "mailto:a@example.org!10x |",
                "mailto:a!b@example.org |",
                "mailto: |",
                "mailto:example.org |",
                "mailto:@example.org |",
                "mailto:a@ |",
                "mailto:a b@example.org |",
                "mailto:a%zz@example.org |",
                "1a:b |",
                ": |",
                "!m |",
                "! |",
                "m |",
                ",, |"
            })
    void keepsUrisOnly(String list, String kept) {
        List<String> expected = kept == null ? List.of() : List.of(kept);
        assertThat(record("v=DMARC1; p=none; rua=" + list).aggregateReports()).isEqualTo(expected);
    }

    @Test
    void keepsTwentyUris() {
        String many = "mailto:a@example.org,".repeat(1000);
        assertThat(record("v=DMARC1; p=none; rua=" + many).aggregateReports()).hasSize(20);
    }
}
