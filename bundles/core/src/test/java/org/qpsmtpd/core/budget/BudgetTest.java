package org.qpsmtpd.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private static final int LIMIT = 1_000_000;

    private final Budget budget = new Budget(LIMIT);
    private final List<String> ended = new ArrayList<>();

    private Holding open(String name, long octets) {
        Holding holding = budget.open(() -> ended.add(name));
        holding.report(octets);
        return holding;
    }

    @Test
    void sessionsThatEndGiveBackAllTheyKept() {
        Holding holding = open("a", 500_000);
        assertThat(budget.used()).isEqualTo(500_000);

        holding.close();
        holding.report(700_000);
        holding.close();

        assertThat(budget.used()).isZero();
    }

    @Test
    void smallChangesTouchNothingShared() {
        Holding holding = open("a", 100_000);

        holding.report(100_000 + Holding.GRAIN - 1);
        assertThat(budget.used()).isEqualTo(100_000);
        holding.report(100_000 + Holding.GRAIN);
        assertThat(budget.used()).isEqualTo(100_000 + Holding.GRAIN);
    }

    @Test
    void endsWhoeverKeepsMostUntilThereIsRoom() {
        open("small", 50_000);
        open("largest", 300_000);
        open("idle", Budget.SESSION);
        open("large", 250_000);
        open("middle", 200_000);
        budget.tick();
        assertThat(ended).as("not spent").isEmpty();

        open("last", 220_000);
        assertThat(budget.isSpent()).isTrue();
        budget.tick();

        assertThat(ended).containsExactly("largest");
    }

    @Test
    void doesNotWaitForTheTickWhenAQuarterMoreIsTaken() {
        open("a", 900_000);
        assertThat(ended).isEmpty();

        open("b", 400_000);

        assertThat(ended).containsExactly("a");
    }

    @Test
    void thoseThatAreEndingCountAsGone() {
        Holding a = open("a", 900_000);
        open("b", 400_000);
        budget.tick();
        budget.tick();
        assertThat(ended).containsExactly("a");

        a.close();
        open("c", 700_000);
        budget.tick();

        assertThat(ended).containsExactly("a", "c");
    }

    @Test
    void idleSessionsAreLeftAlone() {
        for (int i = 0; i < 400; i++) {
            open("idle", Budget.SESSION);
        }
        budget.tick();

        assertThat(budget.isSpent()).isTrue();
        assertThat(ended).isEmpty();
    }

    @Test
    void halfOfItIsForSessionsThatDoNothing() {
        assertThat(budget.mostSessions()).isEqualTo(LIMIT / 2 / Budget.SESSION);
    }
}
