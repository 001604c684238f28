package org.qpsmtpd.plugin.dontrequireanglebrackets;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.MailPreHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptPreHook;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;

/**
 * Puts addresses of MAIL and RCPT in angle brackets when the client did not.
 *
 * <p>{@code mail_pre} and {@code rcpt_pre}: always OK with the path in brackets, so that later
 * plugins of these hooks are not asked. Brackets that had to be added cost 2 of karma. Whether the
 * address itself can be read is decided afterwards by the server.
 *
 * <p>Source: qpsmtpd {@code plugins/dont_require_anglebrackets @ df5b04d}.
 */
@Component(
        configurationPid = "dont_require_anglebrackets",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "dont_require_anglebrackets")
@NonBlocking
public final class DontRequireAnglebracketsPlugin implements MailPreHook, RcptPreHook {
    @Override
    public HookResult onMailPre(Transaction transaction, String path, Parameters parameters) {
        return bracketed(path, "MAIL");
    }

    @Override
    public HookResult onRcptPre(Transaction transaction, String path, Parameters parameters) {
        return bracketed(path, "RCPT");
    }

    private static HookResult bracketed(String path, String command) {
        if (path.startsWith("<") && path.endsWith(">")) {
            return HookResult.ok(path);
        }
        return HookResult.ok("<" + path + ">")
                .because("fail, added " + command + " angle brackets")
                .withKarma(-2);
    }
}
