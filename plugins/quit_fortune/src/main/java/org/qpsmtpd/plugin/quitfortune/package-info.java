/** The plugin quit_fortune. */
@NullMarked
package org.qpsmtpd.plugin.quitfortune;

import org.jspecify.annotations.NullMarked;
