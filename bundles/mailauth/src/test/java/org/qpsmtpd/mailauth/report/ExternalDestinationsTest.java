package org.qpsmtpd.mailauth.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.signature.KeyZone;

final class ExternalDestinationsTest {
    private static final String ASKED = "example.org._report._dmarc.reports.example.net";

    private final KeyZone zone = new KeyZone();

    private Destinations confirmed(String rua) {
        return new ExternalDestinations(zone, ExternalDestinationsTest::organization)
                .confirmed("example.org", ReportUri.parse(rua, 5), "rua")
                .toCompletableFuture()
                .join();
    }

    /** The last two labels; unknown for one that the DNS does not answer for. */
    private static CompletableFuture<Optional<String>> organization(String domain) {
        return CompletableFuture.completedFuture(
                domain.startsWith("unknown.")
                        ? Optional.empty()
                        : Optional.of(domain.replaceFirst(".*\\.(?=[^.]+\\.[^.]+$)", "")));
    }

    @Test
    void doesNotAskForTheSameOrganization() {
        assertThat(confirmed("mailto:a@example.org,mailto:b@mail.example.org").uris()).hasSize(2);
        assertThat(zone.asked()).isEmpty();
    }

    @Test
    void asksOthers() {
        zone.with(ASKED, "v=DMARC1;");
        Destinations found = confirmed("mailto:a@reports.example.net,mailto:b@example.com");
        assertThat(found.uris())
                .extracting(ReportUri::address)
                .containsExactly("a@reports.example.net");
        assertThat(found.refused()).containsExactly("b@example.com");
        assertThat(found.isUnknown()).isFalse();
        assertThat(zone.asked()).containsExactly(ASKED, "example.org._report._dmarc.example.com");
    }

    @Test
    void takesOneGoodRecordOfSeveral() {
        zone.with(ASKED, "v=spf1 -all", "x=1; v=DMARC1", "v=dmarc1", "v=DMARC1");
        assertThat(confirmed("mailto:a@reports.example.net").uris()).hasSize(1);
    }

    @Test
    void refusesWithoutOne() {
        zone.with(ASKED, "x=1; v=DMARC1", "v=DMARC2", "DMARC1", "");
        assertThat(confirmed("mailto:a@reports.example.net").uris()).isEmpty();
    }

    @Test
    void followsAnotherAddressOfTheSameHost() {
        zone.with(ASKED, "v=DMARC1; rua=mailto:b@reports.example.net");
        assertThat(confirmed("mailto:a@reports.example.net").uris())
                .containsExactly(new ReportUri("b", "reports.example.net", 0));
    }

    @Test
    void followsNobodyElsewhere() {
        zone.with(ASKED, "v=DMARC1; rua=mailto:victim@example.com");
        Destinations found = confirmed("mailto:a@reports.example.net");
        assertThat(found.uris()).isEmpty();
        assertThat(found.refused()).containsExactly("a@reports.example.net");
    }

    @Test
    void canBeAskedAgainWhenTheDnsDoesNotAnswer() {
        zone.with(ASKED, DnsResult.Status.FAILED);
        Destinations found = confirmed("mailto:a@reports.example.net");
        assertThat(found.isUnknown()).isTrue();
        assertThat(found.uris()).isEmpty();
    }

    @Test
    void asksWhenAnOrganizationIsNotKnown() {
        assertThat(confirmed("mailto:a@unknown.example.org").uris()).isEmpty();
        assertThat(zone.asked()).containsExactly("example.org._report._dmarc.unknown.example.org");
    }

    @Test
    void refusesWhatIsTooLongToBeAsked() {
        String label = "a".repeat(60);
        String host = String.join(".", List.of(label, label, label, label));
        Destinations found = confirmed("mailto:a@" + host);
        assertThat(found.refused()).hasSize(1);
        assertThat(zone.asked()).isEmpty();
    }
}
