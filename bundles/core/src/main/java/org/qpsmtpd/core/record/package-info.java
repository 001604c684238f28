/** What happened in the sessions: kept while they last, and for the last ones that ended. */
@NullMarked
package org.qpsmtpd.core.record;

import org.jspecify.annotations.NullMarked;
