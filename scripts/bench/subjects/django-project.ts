// The whole Django project of the Django subject, by file name.
export const djangoProject: Record<string, string> = {
  'settings.py': `import os
from urllib.parse import urlparse

url = urlparse(os.environ['DATABASE_URL'])
SECRET_KEY = 'a key for measurements only'
DEBUG = False
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'urls'
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'rest_framework', 'polls']
MIDDLEWARE = ['django.middleware.common.CommonMiddleware']
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
USE_TZ = True
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql', 'NAME': url.path[1:], 'USER': url.username,
    'HOST': url.hostname, 'PORT': url.port, 'CONN_MAX_AGE': None,
}}
REST_FRAMEWORK = {
    'DEFAULT_AUTHENTICATION_CLASSES': [], 'DEFAULT_PERMISSION_CLASSES': [],
    'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
    'DEFAULT_PARSER_CLASSES': ['rest_framework.parsers.JSONParser'],
}
`,
  'wsgi.py': `from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
`,
  'urls.py': `from django.urls import path
from polls.views import PollView, VoteView

urlpatterns = [path('polls/<int:poll_id>/', PollView.as_view()), path('polls/<int:poll_id>/votes/', VoteView.as_view())]
`,
  'polls/__init__.py': '',
  'polls/models.py': `from django.db import models


class Poll(models.Model):
    question = models.CharField(max_length=300)


class Option(models.Model):
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name='options')
    label = models.CharField(max_length=120)
    votes = models.IntegerField(default=0)


class Vote(models.Model):
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE)
    option = models.ForeignKey(Option, on_delete=models.CASCADE)
    voter = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=['poll', 'voter'], name='one_vote')]
`,
  'polls/views.py': `from django.db import IntegrityError, transaction
from django.db.models import F
from django.shortcuts import get_object_or_404
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Option, Poll, Vote


class VoteSerializer(serializers.Serializer):
    option = serializers.IntegerField()
    voter = serializers.CharField(max_length=64)


def describe(poll):
    return {'id': poll.id, 'question': poll.question,
            'counts': {str(option.id): option.votes for option in poll.options.order_by('id')}}


class PollView(APIView):
    def get(self, request, poll_id):
        return Response(describe(get_object_or_404(Poll, id=poll_id)))


class VoteView(APIView):
    def post(self, request, poll_id):
        vote = VoteSerializer(data=request.data)
        vote.is_valid(raise_exception=True)
        option = get_object_or_404(Option, id=vote.validated_data['option'], poll_id=poll_id)
        try:
            with transaction.atomic():
                Vote.objects.create(poll_id=poll_id, option=option, voter=vote.validated_data['voter'])
                Option.objects.filter(id=option.id).update(votes=F('votes') + 1)
        except IntegrityError:
            return Response({'detail': 'Already voted.'}, status=status.HTTP_409_CONFLICT)
        return Response(describe(option.poll), status=status.HTTP_201_CREATED)
`
}
