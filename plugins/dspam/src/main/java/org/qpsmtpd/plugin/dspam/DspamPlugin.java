package org.qpsmtpd.plugin.dspam;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the program dspam tell what is spam, and teaches it.
 *
 * <p>{@code data_post}: refuses a message that dspam, or dspam and SpamAssassin, take for spam;
 * puts dspam's fields into the header; teaches dspam where it was wrong. Leaves immune clients and
 * senders alone.
 *
 * <p>Settings: those of {@link DspamConfig}.
 *
 * <p>Faults: a message that the program does not judge in time goes on, or is deferred with {@code
 * on_error defer}; what it does not learn is a line of the log.
 *
 * <p>Source: qpsmtpd {@code plugins/dspam @ df5b04d}.
 */
@Component(configurationPid = "dspam", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DspamConfig.class, factory = true)
@Plugin(name = "dspam", paths = "dspam_bin")
public final class DspamPlugin implements DataPostHook, PluginFigures {
    private static final Logger LOG = LoggerFactory.getLogger(DspamPlugin.class);
    private static final String LATER = "Unable to scan for spam, try again later (#4.3.0)";
    private static final String RESULT = "X-DSPAM-Result";
    private static final String SIGNATURE = "X-DSPAM-Signature";

    private final Dspam dspam;
    private final Scans scans;
    private final Verdict verdict;
    private final Lesson.Teacher teacher;
    private final long sizeLimit;
    private final LongAdder taught = new LongAdder();

    /** Checks the settings; starts nothing yet. */
    @Activate
    public DspamPlugin(DspamConfig config) {
        String bin = Program.path("dspam_bin", config.dspam__bin()).toString();
        Duration limit = Duration.ofSeconds(config.timeoutSeconds());
        dspam = new Dspam(Program.of(limit, bin), System.getProperty("user.name", "nobody"));
        scans = Scans.of(config.on__error(), LATER);
        verdict = new Verdict(config.reject(), config.reject__type());
        teacher = Lesson.Teacher.of(config.autolearn());
        sizeLimit = config.size__limit();
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        long size = transaction.messageSize();
        if (size > sizeLimit) {
            return scans.tooLarge(size, sizeLimit);
        }
        try {
            DspamAnswer answer = dspam.judge(transaction);
            return scans.answer(
                    CompletableFuture.completedFuture(answer), found -> decide(transaction, found));
        } catch (PeerFailure e) {
            return scans.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return scans.failed(new PeerFailure(PeerFailure.Kind.BUSY, "dspam was interrupted"));
        }
    }

    private HookResult decide(Transaction transaction, DspamAnswer answer) {
        Headers headers = transaction.headers();
        var unused = headers.remove(RESULT) + headers.remove(SIGNATURE);
        headers.prepend(RESULT, answer.field());
        headers.prepend(SIGNATURE, answer.signature());
        Optional<Lesson> lesson = Lesson.of(transaction, teacher, answer);
        String learned =
                lesson.filter(each -> teach(transaction, each)).map(each -> ", " + each).orElse("");
        HookResult result = verdict.of(answer, transaction.notes().get(NoteKey.SPAMASSASSIN));
        return result.because(result.reason() + learned);
    }

    /** Whether dspam has learned. */
    private boolean teach(Transaction transaction, Lesson lesson) {
        try {
            dspam.teach(transaction, lesson.isSpam());
            taught.increment();
            return true;
        } catch (PeerFailure e) {
            LOG.warn("dspam does not learn: {}", e.text());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(List.of(Figure.counter("taught", taught.sum())));
    }
}
