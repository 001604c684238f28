package org.qpsmtpd.mailauth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.ZoneDns;
import org.qpsmtpd.mailauth.dmarc.Identifier.Method;

final class DmarcCheckerTest {
    private static final String REJECT = "v=DMARC1; p=reject";

    @Test
    void nothingIsAskedTwice() {
        Tree tree =
                new Tree()
                        .policy("example.org", REJECT)
                        .spf("a.example.org")
                        .dkim("b.example.org")
                        .dkim("c.b.example.org");

        DmarcVerdict verdict = tree.evaluate("mail.example.org", "news.example.org");

        assertThat(verdict.result()).isEqualTo(DmarcResult.PASS);
        assertThat(tree.dns().questions()).doesNotHaveDuplicates();
        assertThat(new HashSet<>(verdict.questions())).hasSameSizeAs(verdict.questions());
    }

    @Test
    void aMessageOfTheDomainItselfTakesOneQuestion() {
        Tree tree = new Tree().policy("example.org", REJECT).spf("example.org").dkim("example.org");

        assertThat(tree.evaluate("example.org").result()).isEqualTo(DmarcResult.PASS);
        assertThat(tree.dns().questions()).containsExactly("TXT _dmarc.example.org");
    }

    @Test
    void strangersAreNotAskedFor() {
        Tree tree = new Tree().policy("example.org", REJECT).spf("example.net").dkim("other.org");

        assertThat(tree.evaluate("example.org").result()).isEqualTo(DmarcResult.FAIL);
        assertThat(tree.dns().questions())
                .containsExactly("TXT _dmarc.example.org", "TXT _dmarc.org");
    }

    @Test
    void manySignaturesCauseFewQuestions() {
        Tree tree = new Tree().policy("example.org", REJECT);
        for (int i = 0; i < 100; i++) {
            tree.policy("s" + i + ".example.org", "v=DMARC1; p=none; psd=n")
                    .dkim("a.b.c.d.e.s" + i + ".example.org");
        }

        assertThat(tree.evaluate("example.org").result()).isEqualTo(DmarcResult.FAIL);
        assertThat(tree.dns().questions()).hasSizeLessThan(80);
    }

    @Test
    void aDomainBelowThatIsItsOwnIsNotAligned() {
        Tree tree =
                new Tree()
                        .policy("example.org", REJECT)
                        .policy("free.example.org", "v=DMARC1; p=none; psd=n")
                        .dkim("free.example.org");

        assertThat(tree.evaluate("example.org").isDkimAligned()).isFalse();
    }

    @Test
    void whatThePolicySaysOfNamesThatDoNotExistIsAskedForOnce() {
        String record = "v=DMARC1; p=none; sp=quarantine; np=reject";
        Tree tree = new Tree().policy("example.org", record);

        assertThat(tree.evaluate("ghost.example.org").policy()).isEqualTo(DmarcPolicy.REJECT);
        assertThat(tree.dns().questions()).containsOnlyOnce("A ghost.example.org");
    }

    @Test
    void aNameBelowShowsThatADomainExists() {
        Tree tree =
                new Tree()
                        .policy("example.org", "v=DMARC1; p=none; np=reject")
                        .texts("_dmarc.mail.example.org", List.of("something else"));

        assertThat(tree.evaluate("mail.example.org").policy()).isEqualTo(DmarcPolicy.NONE);
        assertThat(tree.dns().questions()).noneMatch(question -> question.startsWith("A "));
    }

    @Test
    void whetherADomainExistsMayNotBeKnown() {
        Tree tree =
                new Tree()
                        .policy("example.org", "v=DMARC1; p=none; np=reject")
                        .fails("ghost.example.org");

        DmarcVerdict verdict = tree.evaluate("ghost.example.org");

        assertThat(verdict.result()).isEqualTo(DmarcResult.TEMPERROR);
        assertThat(verdict.disposition()).isEqualTo(DmarcPolicy.NONE);
        assertThat(tree.dkim("example.org").evaluate("ghost.example.org").result())
                .isEqualTo(DmarcResult.PASS);
    }

    @Test
    void aFailureThatDoesNotMatterIsNone() {
        Tree tree = new Tree().policy("example.org", REJECT).fails("_dmarc.org").spf("example.net");

        assertThat(tree.evaluate("example.org").result()).isEqualTo(DmarcResult.FAIL);
        assertThat(tree.dkim("x.example.org").evaluate("example.org").result())
                .isEqualTo(DmarcResult.TEMPERROR);
        assertThat(tree.dkim("example.org").evaluate("example.org").result())
                .isEqualTo(DmarcResult.PASS);
    }

    @Test
    void aFailureOnTheWayOfASignerIsTemporary() {
        Tree tree =
                new Tree()
                        .policy("example.org", REJECT)
                        .fails("_dmarc.x.example.org")
                        .dkim("x.example.org");

        assertThat(tree.evaluate("example.org").result()).isEqualTo(DmarcResult.TEMPERROR);
        assertThat(tree.spf("y.example.org").evaluate("example.org").result())
                .isEqualTo(DmarcResult.PASS);
    }

    @Test
    void whatMayTurnOutLaterIsTemporaryWhenItWouldHelp() {
        Tree helpful =
                new Tree().policy("example.org", REJECT).temporary(Method.DKIM, "mail.example.org");
        Tree useless =
                new Tree().policy("example.org", REJECT).temporary(Method.SPF, "example.net");

        DmarcVerdict verdict = helpful.evaluate("example.org");

        assertThat(verdict.result()).isEqualTo(DmarcResult.TEMPERROR);
        assertThat(verdict.isDkimAligned()).isFalse();
        assertThat(useless.evaluate("example.org").result()).isEqualTo(DmarcResult.FAIL);
        assertThat(helpful.spf("example.org").evaluate("example.org").result())
                .isEqualTo(DmarcResult.PASS);
    }

    @Test
    void ofSeveralAuthorsTheStrictestCounts() {
        Tree tree =
                new Tree()
                        .policy("a.example", "v=DMARC1; p=none")
                        .policy("b.example", REJECT)
                        .policy("c.example", "v=DMARC1; p=quarantine")
                        .policy("own.example", REJECT)
                        .dkim("own.example");

        DmarcVerdict verdict = tree.evaluate("own.example", "a.example", "b.example", "c.example");

        assertThat(verdict.result()).isEqualTo(DmarcResult.FAIL);
        assertThat(verdict.author()).isEqualTo("b.example");
        assertThat(verdict.disposition()).isEqualTo(DmarcPolicy.REJECT);
        assertThat(tree.evaluate("own.example", "without.example").result())
                .isEqualTo(DmarcResult.NONE);
        assertThat(tree.evaluate("own.example", "[192.0.2.1]").result())
                .isEqualTo(DmarcResult.PASS);
    }

    @Test
    void tooManyAuthorsAreAnErrorAndNobodyIsAsked() {
        Tree tree = new Tree();

        DmarcVerdict verdict =
                tree.evaluate(
                        "a.example", "b.example", "c.example", "d.example", "e.example", "f.e");

        assertThat(verdict.result()).isEqualTo(DmarcResult.PERMERROR);
        assertThat(tree.dns().questions()).isEmpty();
    }

    @Test
    void severalRecordsAreNoneAndTheWalkGoesOn() {
        Tree tree =
                new Tree()
                        .policy("example.org", "v=DMARC1; p=quarantine")
                        .texts("_dmarc.mail.example.org", List.of(REJECT, "v=DMARC1; p=none"));

        assertThat(tree.evaluate("mail.example.org").policyDomain()).isEqualTo("example.org");
        assertThat(
                        new Tree()
                                .policy("a.example", REJECT)
                                .policy("a.example", REJECT)
                                .evaluate("a.example")
                                .result())
                .isEqualTo(DmarcResult.NONE);
    }

    @Test
    void otherTextsBesideARecordDoNoHarm() {
        Tree tree =
                new Tree()
                        .texts("_dmarc.a.example", List.of("text", REJECT, List.of("v=", "spf1")));

        assertThat(tree.evaluate("a.example").policy()).isEqualTo(DmarcPolicy.REJECT);
    }

    @Test
    void stringsOfARecordAreJoined() {
        Tree tree =
                new Tree()
                        .texts("_dmarc.a.example", List.of(List.of("v=DMA", "RC1; p=re", "ject")));

        assertThat(tree.evaluate("a.example").policy()).isEqualTo(DmarcPolicy.REJECT);
    }

    @Test
    void theRecordOfAPublicSuffixCountsForNamesThatDoNotExist() {
        Tree tree = new Tree().policy("bank.example", "v=DMARC1; p=none; np=reject; psd=y");

        DmarcVerdict verdict = tree.evaluate("mail.ghost.bank.example");

        assertThat(verdict.policyDomain()).isEqualTo("bank.example");
        assertThat(verdict.organizationalDomain()).isEqualTo("ghost.bank.example");
        assertThat(verdict.policy()).isEqualTo(DmarcPolicy.REJECT);
    }

    @Test
    void theRecordOfASubdomainOfAnotherOneIsNotThePolicy() {
        Tree tree =
                new Tree()
                        .policy("example", "v=DMARC1; p=quarantine; psd=y")
                        .policy("mail.example.example", REJECT);

        DmarcVerdict verdict = tree.evaluate("a.mail.example.example");

        assertThat(verdict.organizationalDomain()).isEqualTo("example.example");
        assertThat(verdict.policyDomain()).isEqualTo("example");
    }

    @Test
    void namesInAnyLettersAndCaseAreCompared() {
        Tree tree =
                new Tree()
                        .policy("xn--bcher-kva.example", "v=DMARC1; p=reject; adkim=s; aspf=s")
                        .spf("B\u00DCCHER.example.")
                        .dkim("XN--Bcher-KVA.Example");

        DmarcVerdict verdict = tree.evaluate("b\u00FCcher.EXAMPLE");

        assertThat(verdict.isSpfAligned()).isTrue();
        assertThat(verdict.isDkimAligned()).isTrue();
    }

    @Test
    void afterTheLimitNobodyIsAsked() {
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        ZoneDns dns = new ZoneDns();
        DmarcVerdict verdict =
                new DmarcChecker(dns, Duration.ofMillis(-1), clock)
                        .check(new DmarcRequest(List.of("example.org"), List.of()))
                        .toCompletableFuture()
                        .join();

        assertThat(verdict.result()).isEqualTo(DmarcResult.TEMPERROR);
        assertThat(dns.questions()).isEmpty();
    }

    @Test
    void findsOrganizationalDomains() {
        Tree tree = new Tree().policy("example.org", REJECT).fails("_dmarc.net");
        DmarcChecker checker = new DmarcChecker(tree.dns(), Tree.LIMIT, Clock.systemUTC());

        assertThat(checker.organizationalDomain("A.B.example.org").toCompletableFuture())
                .isCompletedWithValue(Optional.of("example.org"));
        assertThat(checker.organizationalDomain("example.com").toCompletableFuture())
                .isCompletedWithValue(Optional.of("example.com"));
        assertThat(checker.organizationalDomain("example.net").toCompletableFuture())
                .isCompletedWithValue(Optional.empty());
        assertThat(checker.organizationalDomain("no name").toCompletableFuture())
                .isCompletedWithValue(Optional.empty());
    }

    @Test
    void answersOfAnotherThreadAreWaitedFor() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            ZoneDns dns = new ZoneDns(other).with("_dmarc.example.org", "TXT", REJECT);
            CompletableFuture<DmarcVerdict> verdict =
                    new DmarcChecker(dns, Tree.LIMIT, Clock.systemUTC())
                            .check(
                                    new DmarcRequest(
                                            List.of("a.example.org"),
                                            List.of(Identifier.pass(Method.DKIM, "b.example.org"))))
                            .toCompletableFuture();

            assertThat(verdict.get(30, TimeUnit.SECONDS).result()).isEqualTo(DmarcResult.PASS);
        } finally {
            other.shutdown();
        }
    }
}
