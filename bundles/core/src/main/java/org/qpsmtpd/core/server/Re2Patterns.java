package org.qpsmtpd.core.server;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Component;
import org.qpsmtpd.api.service.Patterns;

/** Regular expressions by RE2/J, whose time is linear in the text. */
@Component
public final class Re2Patterns implements Patterns {
    @Override
    public Predicate<String> compile(String regex, boolean ignoreCase) {
        try {
            Pattern pattern = Pattern.compile(regex, ignoreCase ? Pattern.CASE_INSENSITIVE : 0);
            return text -> pattern.matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + regex + "' is not a regular expression: " + e.getDescription(), e);
        }
    }
}
