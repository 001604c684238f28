package org.qpsmtpd.plugin.virus.klezfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.FakeTransaction;

class KlezFilterPluginTest {
    private static final String WORM =
            "Subject: a game\n"
                    + "\n"
                    + "Content-Type: audio/x-wav; name=game.exe\n"
                    + "TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQA\n"
                    + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n".repeat(2000);

    @Test
    void passesWhatItOnceRefused() {
        assertThat(new KlezFilterPlugin().onDataPost(FakeTransaction.create().withMessage(WORM)))
                .isEqualTo(HookResult.DECLINED);
    }

    @Test
    void saysOnceThatNothingIsLookedFor() {
        List<String> log = new ArrayList<>();
        KlezFilterPlugin plugin = new KlezFilterPlugin(log::add);
        plugin.onDataPost(FakeTransaction.create().withMessage(WORM));
        plugin.onDataPost(FakeTransaction.create().withMessage(WORM));

        assertThat(log)
                .containsExactly(
                        "nothing is looked for: a virus scanner finds the worm"
                                + " that this plugin was made for; its line may be taken out");
    }
}
